from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from catalog.vocabulary import ShareMode, UpdateCycle
from exchange.querysets import RequestQuerySet
from exchange.states import REQUEST
from exchange.vocabulary import RefusalGround
from kernel.models import Row, uuid7


class SharingRequest(Row):
    """A department's request for items of another's resource (Order 809 Art. 20).

    What was asked for together, of several resources, has one ``application``; each provider
    answers for its own.
    """

    application = models.UUIDField(default=uuid7, db_index=True)
    # The grant whose terms it would change; none for a new right.
    amends = models.ForeignKey(
        "exchange.Grant",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="amendments",
    )
    resource = models.ForeignKey(
        "catalog.Resource", on_delete=models.PROTECT, related_name="requests"
    )
    entry = models.ForeignKey("catalog.Entry", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="requests_made"
    )
    provider = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="requests_received"
    )
    system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="requests"
    )
    # 使用依据、使用场景、使用范围、共享方式、使用时限
    basis = models.CharField(max_length=400)
    basis_number = models.CharField(max_length=120, blank=True)
    basis_clause = models.CharField(max_length=120, blank=True)
    scenario = models.CharField(max_length=400)
    scope = models.CharField(max_length=400)
    modes = ArrayField(models.CharField(max_length=12, choices=ShareMode))
    ends_on = models.DateField()
    items = ArrayField(models.CharField(max_length=63))
    # Items of which only a yes or no is asked (核验).
    verify_items = ArrayField(models.CharField(max_length=63), default=list, blank=True)
    # The codes that each call will state.
    purposes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    systems = ArrayField(models.UUIDField(), default=list, blank=True)
    networks = ArrayField(models.CharField(max_length=43), default=list, blank=True)
    calls_per_day = models.PositiveIntegerField(null=True, blank=True)
    rows_per_day = models.PositiveBigIntegerField(null=True, blank=True)
    frequency = models.CharField(max_length=12, choices=UpdateCycle, blank=True)
    # 回流: a lower level asks for the data of its own area (Art. 24).
    is_return_flow = models.BooleanField(default=False)
    # A name under which the department keeps it as a pattern for others.
    template_name = models.CharField(max_length=60, blank=True)

    state = models.CharField(max_length=12, choices=REQUEST.choices, default=REQUEST.start)
    submitted_by = models.UUIDField()
    agreed_by = models.UUIDField(null=True, blank=True)
    # The provider received it: its clock starts (Art. 21).
    agreed_at = models.DateTimeField(null=True, blank=True)
    received_by = models.UUIDField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    # 一次性告知: asked once for everything that is missing, and what came.
    asked_by = models.UUIDField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_for = models.CharField(max_length=1000, blank=True)
    supplement = models.CharField(max_length=1000, blank=True)
    supplemented_at = models.DateTimeField(null=True, blank=True)
    # The prepared answer that the head signs: exchange.answers writes and reads it.
    answer = models.JSONField(default=dict, blank=True)
    prepared_by = models.UUIDField(null=True, blank=True)
    prepared_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.UUIDField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_ground = models.CharField(max_length=16, choices=RefusalGround, blank=True)
    answer_reason = models.CharField(max_length=400, blank=True)
    # The law that a refusal rests on.
    answer_basis = models.CharField(max_length=400, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "template_name"],
                condition=~Q(template_name=""),
                name="one_template_of_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"request of {self.department_id} for {self.resource_id}"
