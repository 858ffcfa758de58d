from django.db import models

from kernel.models import Row


class CalendarYear(Row):
    """One edition of a year's workday calendar; a correction is a new edition, never a change."""

    year = models.PositiveSmallIntegerField()
    edition = models.PositiveSmallIntegerField()
    # ISO date -> true for a workday: only the days that differ from Monday to Friday.
    days = models.JSONField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "edition"], name="one_calendar_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.year} edition {self.edition}"
