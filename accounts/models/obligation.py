from django.db import models

from accounts.clocks import KINDS
from accounts.querysets import OwnedQuerySet
from accounts.states import OBLIGATION
from kernel.models import Row


class Obligation(Row):
    """A statutory clock that runs for a department (Order 809, Art. 17, 21, 22, 26)."""

    kind = models.CharField(max_length=4, choices=KINDS)
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="obligations"
    )
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    started_at = models.DateTimeField()
    limit_workdays = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    # True while the due date rests on a year whose calendar is not loaded.
    is_provisional = models.BooleanField(default=False)
    # year -> edition of the calendars that the due date was counted with.
    calendars = models.JSONField(default=dict)
    extended_workdays = models.PositiveSmallIntegerField(default=0)
    extension_reason = models.CharField(max_length=400, blank=True)
    extension_document = models.CharField(max_length=120, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    just_cause = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=12, choices=OBLIGATION.choices, default=OBLIGATION.start)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=models.Q(state="open"),
                name="one_open_clock_per_subject",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self) -> str:
        return f"{self.kind} due {self.due_on}"


class ClockLimit(Row):
    """The limit that this jurisdiction sets for a clock; never above the national one."""

    kind = models.CharField(max_length=4, choices=KINDS, unique=True)
    workdays = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.kind}: {self.workdays} workdays"
