from django.db import models

from catalog.querysets import KnownQuerySet, LikenessQuerySet
from catalog.states import LIKENESS
from kernel.models import Row


class Likeness(Row):
    """Two resources that look like one, or one meaning that two departments collect."""

    class Kind(models.TextChoices):
        """What is alike."""

        ENTRY = "entry", "The same resource under two names"
        ITEM = "item", "One item collected by two departments"

    kind = models.CharField(max_length=8, choices=Kind)
    # The older resource is the left one.
    left = models.ForeignKey("catalog.Resource", on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey("catalog.Resource", on_delete=models.CASCADE, related_name="+")
    # The items' columns; empty where whole entries are alike.
    left_column = models.CharField(max_length=63, blank=True)
    right_column = models.CharField(max_length=63, blank=True)
    score = models.FloatField()
    # What speaks for it and against it: plain values, shown to people.
    reasons = models.JSONField()
    # The department that looks like the source of the item (数源部门).
    proposed_source = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=LIKENESS.choices, default=LIKENESS.start)
    decided_by = models.UUIDField(null=True, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = LikenessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "left", "right", "left_column", "right_column"],
                name="one_likeness_per_pair",
            ),
        ]
        indexes = [models.Index(fields=["state", "-score"])]

    def __str__(self) -> str:
        return f"{self.left_id} like {self.right_id}"


class LikenessScan(Row):
    """A scan that ended, or one of everything that was asked for and waits.

    The next one compares what was published since the last one began.
    """

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.UUIDField(null=True, blank=True)
    # All entries in force, or those that were new or changed.
    is_whole = models.BooleanField()
    compared = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0)

    objects = KnownQuerySet.as_manager()

    def __str__(self) -> str:
        return f"scan of {self.began_at:%Y-%m-%d %H:%M}"
