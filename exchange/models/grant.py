from django.db import models
from django.db.models import Q

from exchange.models.terms import Terms
from exchange.querysets import GrantQuerySet
from exchange.states import GRANT
from kernel.models import Row


class Grant(Terms, Row):
    """The right of a department's system to items of a resource, on the terms now in force."""

    request = models.OneToOneField(
        "exchange.SharingRequest", on_delete=models.PROTECT, related_name="grant"
    )
    resource = models.ForeignKey(
        "catalog.Resource", on_delete=models.PROTECT, related_name="grants"
    )
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="grants_held"
    )
    provider = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="grants_given"
    )
    system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="grants"
    )
    # Counts changes of the terms; cursors, cached projections and the ledger name it.
    edition = models.PositiveIntegerField(default=1)
    # Keys the hashes of this grant alone, so that two receivers cannot join theirs; sealed.
    sealed_salt = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=GRANT.choices, default=GRANT.start)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)

    suspended_at = models.DateTimeField(null=True, blank=True)
    suspend_reason = models.CharField(max_length=400, blank=True)
    rectify_by = models.DateField(null=True, blank=True)
    rectification = models.CharField(max_length=400, blank=True)
    # The day until which the holder must have certified that it still needs the right.
    certify_by = models.DateField(null=True, blank=True)
    certified_at = models.DateTimeField(null=True, blank=True)
    # 销毁证明: method, systems, statement, document, and who signed it.
    disposal = models.JSONField(default=dict, blank=True)
    disposed_at = models.DateTimeField(null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["system", "resource", "state"]),
            models.Index(
                fields=["certify_by"], condition=Q(state="active"), name="grants_to_certify"
            ),
        ]

    def __str__(self) -> str:
        return f"grant of {self.resource_id} to {self.department_id}"


class GrantEdition(Terms, Row):
    """The terms as one consent set them; written once, so that evidence can name them."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    request = models.OneToOneField(
        "exchange.SharingRequest", on_delete=models.PROTECT, related_name="edition"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grant", "number"], name="one_edition_number"),
        ]

    def __str__(self) -> str:
        return f"edition {self.number} of {self.grant_id}"


class GrantDay(Row):
    """What was used of a grant on one day: counted exactly, so that a quota holds exactly."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grant", "day"], name="one_count_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.calls} calls"
