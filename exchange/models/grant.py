from django.contrib.postgres.fields import ArrayField
from django.db import models

from catalog.vocabulary import ShareMode
from exchange.querysets import GrantQuerySet
from exchange.states import GRANT
from kernel.models import Row


class Grant(Row):
    """The right of a department's system to named items of a resource, for a purpose and a term."""

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
    items = ArrayField(models.CharField(max_length=63))
    # Counts changes of what is granted; cursors and cached projections name it.
    edition = models.PositiveIntegerField(default=1)
    modes = ArrayField(models.CharField(max_length=12, choices=ShareMode))
    ends_on = models.DateField()
    state = models.CharField(max_length=8, choices=GRANT.choices, default=GRANT.start)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["system", "resource", "state"])]

    def __str__(self) -> str:
        return f"grant of {self.resource_id} to {self.department_id}"
