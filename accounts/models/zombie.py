from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.querysets import CaseQuerySet, MergeQuerySet, OwnedQuerySet, RuleSetQuerySet
from accounts.states import CASE_OPEN, MERGE, ZOMBIE_CASE
from accounts.vocabulary import Answer, Level
from kernel.models import Row


class RuleSet(Row):
    """The thresholds of the five criteria in this jurisdiction; a change is a new edition."""

    edition = models.PositiveIntegerField(unique=True)
    thresholds = models.JSONField()
    basis = models.CharField(max_length=200)

    objects = RuleSetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"rules edition {self.edition}"


class Verdict(Row):
    """What the five criteria say of a system on the evidence known at a time."""

    system = models.OneToOneField(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="verdict"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    level = models.CharField(max_length=10, choices=Level)
    # Criterion -> level, facts used, facts missing, sentence in Chinese and English.
    findings = models.JSONField()
    rules = models.ForeignKey(RuleSet, on_delete=models.PROTECT)
    replacement = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    judged_at = models.DateTimeField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["level", "department"])]

    def __str__(self) -> str:
        return f"{self.system_id}: {self.level}"


class ZombieCase(Row):
    """The due process of one suspicion: notice, answer, decision, deed. Never closed by itself."""

    system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="cases"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    state = models.CharField(max_length=12, choices=ZOMBIE_CASE.choices, default=ZOMBIE_CASE.start)
    # The verdict as it was when the case was opened.
    evidence = models.JSONField()
    notified_at = models.DateTimeField(null=True, blank=True)
    answer_workdays = models.PositiveSmallIntegerField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    # True while the last day to answer rests on a year whose calendar is not loaded.
    is_provisional = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answer_reason = models.CharField(max_length=400, blank=True)
    answered_by = models.UUIDField(null=True, blank=True)
    # The day by which the department says that it will have rectified.
    promised_on = models.DateField(null=True, blank=True)
    merge_into = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=8, choices=Answer, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    # The day by which a decision is to be carried out, or until which a kept system is exempt.
    due_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=400, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Of each year, in 万元.
    money_freed = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    # Set by the clock while the step that is due now is late.
    is_escalated = models.BooleanField(default=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system"],
                condition=Q(state__in=CASE_OPEN),
                name="one_open_case_per_system",
            ),
        ]
        indexes = [models.Index(fields=["state", "answer_by"])]

    def __str__(self) -> str:
        return f"case of {self.system_id}"

    @property
    def is_answered_late(self) -> bool:
        """True if the answer came after its last day."""
        if self.answered_at is None or self.answer_by is None:
            return False
        return timezone.localdate(self.answered_at) > self.answer_by

    @property
    def is_overdue(self) -> bool:
        """True if the answer or the deed that is due now is late."""
        waits_for = {"notified": self.answer_by, "decided": self.due_on}.get(self.state)
        return waits_for is not None and timezone.localdate() > waits_for


class MergeProposal(Row):
    """Systems that could become one, what that frees and who depends on them."""

    target = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="merges"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    systems = models.ManyToManyField("accounts.InformationSystem", related_name="merge_proposals")
    state = models.CharField(max_length=12, choices=MERGE.choices, default=MERGE.start)
    # Overlap, cost freed a year in 万元, dependants: as computed when it was proposed.
    reasons = models.JSONField()
    finish_by = models.DateField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Of each year, in 万元.
    money_freed = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"merge into {self.target_id}"
