from django.db import models

from kernel.models import Row


class DataKey(Row):
    """What stored bytes of a resource's data are sealed with; itself sealed with a master key."""

    resource = models.ForeignKey(
        "catalog.Resource", on_delete=models.PROTECT, related_name="data_keys"
    )
    cipher = models.CharField(max_length=16)
    sealed = models.TextField()

    def __str__(self) -> str:
        return f"data key {self.pk}"
