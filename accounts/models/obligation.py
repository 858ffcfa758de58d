from django.db import models

from accounts.clocks import KINDS
from accounts.querysets import ObligationQuerySet
from accounts.states import OBLIGATION
from kernel.models import Row


class Obligation(Row):
    """A clock that runs for a department: the Order's, or one of the platform's own."""

    kind = models.CharField(max_length=4, choices=KINDS)
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="obligations"
    )
    # To whom it is owed, where that is a department: told of an extension.
    counterpart = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    started_at = models.DateTimeField()
    limit_workdays = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    # From this day on the department is warned.
    warn_on = models.DateField(null=True, blank=True)
    # How far the notices have come: 0 none, 1 warned, 2 overdue told, 3 authority told.
    notice_level = models.PositiveSmallIntegerField(default=0)
    # True while the due date rests on a year whose calendar is not loaded.
    is_provisional = models.BooleanField(default=False)
    # year -> edition of the calendars that the due date was counted with.
    calendars = models.JSONField(default=dict)
    # What the department asks of the authority (Art. 21): workdays and why.
    asked_workdays = models.PositiveSmallIntegerField(default=0)
    asked_reason = models.CharField(max_length=400, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    extended_workdays = models.PositiveSmallIntegerField(default=0)
    extension_reason = models.CharField(max_length=400, blank=True)
    extension_document = models.CharField(max_length=120, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    just_cause = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=12, choices=OBLIGATION.choices, default=OBLIGATION.start)

    objects = ObligationQuerySet.as_manager()

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
