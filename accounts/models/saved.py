from django.db import models

from accounts.querysets import SavedListQuerySet
from kernel.models import Row


class SavedList(Row):
    """A list of the portal as a person wants to see it again: words, filters, order, columns."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="saved_lists")
    # The page of the list, and everything behind the question mark of its address.
    address = models.CharField(max_length=100)
    title = models.CharField(max_length=60)
    state = models.CharField(max_length=1000, blank=True)

    objects = SavedListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "address", "title"], name="one_saved_list_title"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def link(self) -> str:
        """Where the list is shown so."""
        return f"{self.address}?{self.state}" if self.state else self.address
