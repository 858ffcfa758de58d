from django.db import models

from catalog.querysets import CommentQuerySet, ResourcePartQuerySet
from kernel.models import Row


class Adjustment(Row):
    """A change of law or of a department's duties that its entry must follow (Art. 17: clock C1).

    The clock is an obligation of the department whose subject is this row; it is met when the
    updated version has been handed to the authority.
    """

    class Cause(models.TextChoices):
        """What changed."""

        LAW = "law", "法律、行政法规调整"
        DECISION = "decision", "国务院决定调整"
        DUTIES = "duties", "部门职责变化"

    resource = models.ForeignKey(
        "catalog.Resource", on_delete=models.PROTECT, related_name="adjustments"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    cause = models.CharField(max_length=12, choices=Cause)
    document = models.CharField(max_length=200)
    note = models.CharField(max_length=400, blank=True)
    # The day of the change: the clock counts from here.
    happened_on = models.DateField()
    registered_by = models.UUIDField()
    # The version that follows it.
    entry = models.ForeignKey(
        "catalog.Entry", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ResourcePartQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.cause} of {self.happened_on}"


class Comment(Row):
    """What a reviewer or a writer says of one field of a version."""

    entry = models.ForeignKey("catalog.Entry", on_delete=models.PROTECT, related_name="comments")
    # The member that it is about, as a JSON pointer: "/abstract", "/items/3/length".
    pointer = models.CharField(max_length=120)
    text = models.CharField(max_length=400)
    written_by = models.UUIDField()
    writer_name = models.CharField(max_length=60)
    resolved_by = models.UUIDField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.pointer} of {self.entry_id}"
