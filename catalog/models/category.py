from django.db import models

from catalog.querysets import CategoryQuerySet
from kernel.models import Row


class Category(Row):
    """A node of the guide's tree of classes (类, 项, 目, 细目); its code begins its resources'."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    # The next 顺序码 of this node; taken by UPDATE ... RETURNING, so it never repeats.
    next_number = models.PositiveIntegerField(default=1)

    objects = CategoryQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
