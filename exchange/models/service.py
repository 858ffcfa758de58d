from typing import Any

from django.db import models
from django.db.models import Q

from exchange.querysets import HookQuerySet, ServiceChangeQuerySet
from exchange.states import HOOK, SERVICE_CHANGE
from exchange.vocabulary import ChangeKind
from kernel.models import Row


class ServiceChange(Row):
    """A provider's notice that it will stop or change what others receive (Art. 27)."""

    # Either of the two: the data that the hub keeps, or the provider's own interface.
    dataset = models.ForeignKey(
        "exchange.Dataset",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="changes_announced",
    )
    interface = models.ForeignKey(
        "exchange.ServiceInterface",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="changes_announced",
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    kind = models.CharField(max_length=8, choices=ChangeKind)
    reason = models.CharField(max_length=400)
    # What stands in for it.
    replacement = models.CharField(max_length=400, blank=True)
    effective_on = models.DateField()
    state = models.CharField(
        max_length=10, choices=SERVICE_CHANGE.choices, default=SERVICE_CHANGE.start
    )
    announced_by = models.UUIDField()
    # 备案号, given by the authority.
    filing_number = models.CharField(max_length=60, blank=True)
    filed_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = ServiceChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "kind"],
                condition=Q(state__in=("announced", "filed")),
                name="one_announcement_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["interface", "kind"],
                condition=Q(state__in=("announced", "filed")),
                name="one_announcement_of_an_interface",
            ),
            models.CheckConstraint(
                condition=Q(dataset=None) ^ Q(interface=None),
                name="a_change_is_of_one_service",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.dataset_id or self.interface_id} on {self.effective_on}"

    @property
    def service(self) -> Any:
        """The dataset or the interface that stops or changes."""
        return self.dataset or self.interface


class ServiceReply(Row):
    """What one of the departments served says to the announcement."""

    announcement = models.ForeignKey(
        ServiceChange, on_delete=models.CASCADE, related_name="replies"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    agrees = models.BooleanField()
    note = models.CharField(max_length=400, blank=True)
    replied_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["announcement", "department"], name="one_reply_each"),
        ]

    def __str__(self) -> str:
        return f"reply of {self.department_id}"


class Hook(Row):
    """A department's own webhook for its notices; the row is its queue, as a lane's is."""

    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    url = models.CharField(max_length=500)
    sealed = models.TextField()
    # The secret before, with which calls are signed too until then.
    sealed_before = models.TextField(blank=True)
    before_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=HOOK.choices, default=HOOK.start)
    state_reason = models.CharField(max_length=400, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(auto_now_add=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    objects = HookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department"],
                condition=Q(state__in=("active", "paused")),
                name="one_hook_per_department",
            ),
        ]

    def __str__(self) -> str:
        return f"hook of {self.department_id}"
