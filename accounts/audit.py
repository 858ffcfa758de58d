"""The audit trail: one entry for each deed, in the deed's own transaction."""

from typing import Any

from django.db.models import Model

from accounts.actor import Actor
from accounts.models import AuditEvent
from kernel.requests import current_request_id


def record(actor: Actor, verb: str, subject: Model, **detail: Any) -> None:
    """Add an entry ``noun.past_verb`` about a row; ``detail`` has no secret and no record value."""
    AuditEvent.objects.create(
        verb=verb,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        department_id=actor.department_id,
        subject_type=str(subject._meta.model_name),
        subject_id=str(subject.pk),
        detail=detail,
        request_id=current_request_id(),
        address=actor.address,
    )
