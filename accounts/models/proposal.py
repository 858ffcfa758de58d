from django.db import models
from django.db.models import Q

from accounts.querysets import ProposalQuerySet
from accounts.states import PROPOSAL
from kernel.models import Row


class Proposal(Row):
    """A dangerous deed that one person proposes and another confirms before it is done."""

    deed = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    # What the subject was called when the deed was proposed.
    subject_name = models.CharField(max_length=200)
    # Whose affair it is, where it is one department's.
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=400)
    state = models.CharField(max_length=20, choices=PROPOSAL.choices, default=PROPOSAL.start)
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=400, blank=True)
    expires_at = models.DateTimeField()
    # What the deed did: counts and names, never a value.
    outcome = models.JSONField(default=dict)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deed", "subject_id", "proposed_by"],
                condition=Q(state__in=("proposed", "confirmed")),
                name="one_open_proposal",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("confirmed", "done"))
                | (Q(decided_by__isnull=False) & ~Q(decided_by=models.F("proposed_by"))),
                name="two_people_for_a_deed",
            ),
        ]
        indexes = [models.Index(fields=["state", "expires_at"], name="proposals_open")]

    def __str__(self) -> str:
        return f"{self.deed} on {self.subject_name}"
