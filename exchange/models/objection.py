from django.db import models
from django.db.models import Q

from exchange.querysets import ObjectionQuerySet
from exchange.states import OBJECTION, OBJECTION_OPEN
from exchange.vocabulary import ObjectionKind, ObjectionOutcome
from kernel.models import Row


class Objection(Row):
    """One department's objection to another, about data, catalogue, right, service or use."""

    kind = models.CharField(max_length=14, choices=ObjectionKind)
    resource = models.ForeignKey(
        "catalog.Resource", on_delete=models.PROTECT, related_name="objections"
    )
    grant = models.ForeignKey(
        "exchange.Grant",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="objections",
    )
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="objections_made"
    )
    # Who answers: the provider, or for misuse the department that holds the grant.
    respondent = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="objections_received"
    )
    description = models.CharField(max_length=1000)
    # Content: [{"key": {item: value}, "item": name, "found": value, "claimed": value}], at most
    # 100. Values of records: for the two sides' eyes, never in a trail, log or notice.
    claims = models.JSONField(default=list, blank=True)
    # A document in the store that shows it.
    evidence_name = models.CharField(max_length=120, blank=True)
    evidence_digest = models.CharField(max_length=64, blank=True)
    evidence_size = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=OBJECTION.choices, default=OBJECTION.start)
    submitted_by = models.UUIDField()
    received_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.UUIDField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=ObjectionOutcome, blank=True)
    feedback = models.CharField(max_length=1000, blank=True)
    # The correction that all subscribers received.
    batch = models.ForeignKey(
        "exchange.Batch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # 评价, 1 to 5, by those who objected.
    rating = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["resource"], condition=Q(state__in=OBJECTION_OPEN), name="open_objections"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} objection to {self.resource_id}"
