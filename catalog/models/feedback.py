from django.db import models

from catalog.querysets import ResourcePartQuerySet
from kernel.models import Row


class Feedback(Row):
    """What somebody of the public says of an entry that is open; its provider reads it.

    Who wrote is not known but for the contact that was left, if any.
    """

    resource = models.ForeignKey(
        "catalog.Resource", on_delete=models.PROTECT, related_name="feedback"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    text = models.CharField(max_length=1000)
    contact = models.CharField(max_length=120, blank=True)
    # What the provider did about it.
    outcome = models.CharField(max_length=400, blank=True)
    settled_by = models.UUIDField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = ResourcePartQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["department", "settled_at"], name="feedback_to_settle")]

    def __str__(self) -> str:
        return f"feedback on {self.resource_id}"
