from django.contrib.postgres.fields import ArrayField
from django.db import models

from catalog.vocabulary import ShareMode
from exchange.querysets import RequestQuerySet
from exchange.states import REQUEST
from kernel.models import Row


class SharingRequest(Row):
    """A department's request for items of another's resource (Order 809 Art. 20)."""

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
    scenario = models.CharField(max_length=400)
    scope = models.CharField(max_length=400)
    modes = ArrayField(models.CharField(max_length=12, choices=ShareMode))
    ends_on = models.DateField()
    items = ArrayField(models.CharField(max_length=63))

    state = models.CharField(max_length=12, choices=REQUEST.choices, default=REQUEST.start)
    submitted_by = models.UUIDField()
    agreed_by = models.UUIDField(null=True, blank=True)
    # The provider received it: its clock starts (Art. 21).
    agreed_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.UUIDField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.CharField(max_length=400, blank=True)

    objects = RequestQuerySet.as_manager()

    def __str__(self) -> str:
        return f"request of {self.department_id} for {self.resource_id}"
