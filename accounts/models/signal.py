from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.querysets import SystemPartQuerySet
from accounts.vocabulary import SignalKind


class SignalFact(models.Model):
    """One fact about a system as it was told: kept for the retention time, then its day remains.

    The teller's own ``reference`` makes a repeated telling change nothing.
    """

    id = models.BigAutoField(primary_key=True)
    system = models.ForeignKey("accounts.InformationSystem", on_delete=models.PROTECT)
    kind = models.CharField(max_length=20, choices=SignalKind)
    source = models.CharField(max_length=40)
    reference = models.CharField(max_length=80)
    at = models.DateTimeField()
    number = models.FloatField()
    told_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = SystemPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "kind", "source", "reference"], name="one_telling_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.system_id}"


class SignalYear(models.Model):
    """A year of one kind of fact about a system: a number a day, null where nothing was told.

    One row instead of 365, so that a year of 50,000 systems is read in seconds.
    """

    id = models.BigAutoField(primary_key=True)
    system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="signal_years"
    )
    kind = models.CharField(max_length=20, choices=SignalKind)
    year = models.PositiveSmallIntegerField()
    # Element n is the n-th day of the year; 366 of them.
    days = ArrayField(models.FloatField(null=True), size=366)

    objects = SystemPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "kind", "year"], name="one_signal_year"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.system_id} in {self.year}"
