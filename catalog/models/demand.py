from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from catalog.querysets import DemandQuerySet
from catalog.states import DEMAND
from kernel.models import Row


class Demand(Row):
    """A need for data that no entry offers (供需对接): the authority finds who must answer it."""

    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="demands"
    )
    title = models.CharField(max_length=120)
    description = models.CharField(max_length=1000)
    # Names of the items wanted, in the requester's words.
    wanted_items = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    # 使用依据 and 使用场景, as a request for sharing will state them.
    basis = models.CharField(max_length=400)
    scenario = models.CharField(max_length=400)
    needed_by = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=DEMAND.choices, default=DEMAND.start)
    submitted_by = models.UUIDField()
    # The demand that this one was merged into.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    # The department that has to answer, and what it answered.
    routed_to = models.ForeignKey(
        "accounts.Department",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="demands_to_answer",
    )
    route_reason = models.CharField(max_length=400, blank=True)
    routed_at = models.DateTimeField(null=True, blank=True)
    answer_workdays = models.PositiveSmallIntegerField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    # True while the last day to answer rests on a year whose calendar is not loaded.
    is_provisional = models.BooleanField(default=False)
    resource = models.ForeignKey(
        "catalog.Resource", on_delete=models.PROTECT, null=True, blank=True, related_name="demands"
    )
    answer_reason = models.CharField(max_length=400, blank=True)
    legal_basis = models.CharField(max_length=400, blank=True)
    answered_by = models.UUIDField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # The requester's objection to a refusal, and the authority's word on it.
    dispute_reason = models.CharField(max_length=400, blank=True)
    settled_by = models.UUIDField(null=True, blank=True)
    settlement = models.CharField(max_length=400, blank=True)

    objects = DemandQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "answer_by"])]

    def __str__(self) -> str:
        return self.title

    @property
    def is_overdue(self) -> bool:
        """True if the answer is due and not there."""
        late = self.answer_by is not None and timezone.localdate() > self.answer_by
        return self.state == "routed" and late

    @property
    def is_answered_late(self) -> bool:
        """True if the answer came after its last day."""
        if self.answered_at is None or self.answer_by is None:
            return False
        return timezone.localdate(self.answered_at) > self.answer_by
