from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from accounts.permissions import Role
from accounts.querysets import NoticeQuerySet
from kernel.models import Row


class Notice(Row):
    """Something that a department must know of, for the holders of these roles there.

    One row for each department and event: what a member has read is a place in time (Member).
    """

    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="notices"
    )
    roles = ArrayField(models.CharField(max_length=20, choices=[(r.value, r.name) for r in Role]))
    # What happened, as the trail says it: ``request.agreed``, ``obligation.overdue``.
    verb = models.CharField(max_length=60)
    # Why one gets it: the duty or the right that it touches.
    reason = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    # Names, numbers and dates for the text; never a record's value.
    facts = models.JSONField(default=dict)
    # When the department's own webhook took it.
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["department", "created_at"], name="notices_in_order"),
            models.Index(
                fields=["department", "id"],
                condition=Q(delivered_at=None),
                name="notices_not_delivered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} to {self.department_id}"

    @property
    def title(self) -> str:
        """What happened, in the language of the reader."""
        return gettext(self.verb.replace(".", " ").replace("_", " ").capitalize())

    @property
    def why(self) -> str:
        """Why one gets it, in the language of the reader."""
        return gettext(self.reason)
