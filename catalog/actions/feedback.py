"""Feedback of the public on open data: anybody writes it, the provider settles it."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.errors import FeedbackSettled
from catalog.models import Feedback, Resource
from catalog.published import in_force
from kernel.errors import Invalid


@transaction.atomic
def submit_feedback(resource: Resource, *, actor: Actor, text: str, contact: str = "") -> Feedback:
    """Say something of an entry that is open to the public.

    No permission of its own: whoever may read open data may speak of them. Invalid if the entry is
    not open.
    """
    if not in_force(is_open=True).filter(pk=resource.pk).exists():
        raise Invalid.field("resource", "is not open to the public", "not-open")
    if not text.strip():
        raise Invalid.field("text", "say something", "required")
    made = Feedback.objects.create(
        resource=resource,
        department_id=resource.department_id,
        text=text.strip(),
        contact=contact.strip(),
    )
    audit.record(actor, "feedback.submitted", made, resource=str(resource.pk))
    return made


@transaction.atomic
def settle_feedback(feedback: Feedback, *, actor: Actor, outcome: str) -> Feedback:
    """Note what the provider did about it; FeedbackSettled if somebody was first."""
    require(actor, Perm.COMMENT_RESOLVE, feedback.department_id)
    held = Feedback.objects.select_for_update(no_key=True).get(pk=feedback.pk)
    if held.settled_at is not None:
        raise FeedbackSettled()
    held.change(outcome=outcome, settled_by=actor.id, settled_at=timezone.now())
    audit.record(actor, "feedback.settled", held)
    return held
