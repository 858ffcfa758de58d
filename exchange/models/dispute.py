from django.db import models
from django.db.models import Q

from exchange.querysets import DisputeQuerySet
from exchange.states import DISPUTE, DISPUTE_OPEN
from exchange.vocabulary import DisputeOutcome
from kernel.models import Row

_EXACTLY_ONE = (
    Q(request__isnull=False, grant__isnull=True, objection__isnull=True)
    | Q(request__isnull=True, grant__isnull=False, objection__isnull=True)
    | Q(request__isnull=True, grant__isnull=True, objection__isnull=False)
)


class Dispute(Row):
    """A quarrel about a request, a grant or an objection, in at most three stages (Art. 28)."""

    request = models.ForeignKey(
        "exchange.SharingRequest",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="disputes",
    )
    grant = models.ForeignKey(
        "exchange.Grant", on_delete=models.PROTECT, null=True, blank=True, related_name="disputes"
    )
    objection = models.ForeignKey(
        "exchange.Objection",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="disputes",
    )
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="disputes_opened"
    )
    respondent = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="disputes_answered"
    )
    claim = models.CharField(max_length=1000)
    response = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=15, choices=DISPUTE.choices, default=DISPUTE.start)
    opened_by = models.UUIDField()
    referred_at = models.DateTimeField(null=True, blank=True)
    elevated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    outcome = models.CharField(max_length=14, choices=DisputeOutcome, blank=True)
    # What was agreed or decided, and the number of the document that says so.
    decision = models.CharField(max_length=1000, blank=True)
    document = models.CharField(max_length=120, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_EXACTLY_ONE, name="a_dispute_has_one_subject"),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=DISPUTE_OPEN),
                name="one_open_dispute_per_request",
            ),
        ]

    def __str__(self) -> str:
        return f"dispute of {self.department_id} with {self.respondent_id}"
