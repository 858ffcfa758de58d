"""The audit trail: one entry for each deed, in the deed's own transaction."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from accounts.actor import Actor
from accounts.models import AuditEvent
from kernel.requests import current_request_id


def record(actor: Actor, verb: str, subject: Model, **detail: Any) -> None:
    """Add an entry ``noun.past_verb`` about a row; ``detail`` has no secret and no record value."""
    _entry(actor, verb, subject, detail).save(force_insert=True)


def record_all(actor: Actor, verb: str, deeds: Iterable[tuple[Model, dict[str, Any]]]) -> None:
    """Add an entry about each row with its detail, in few statements."""
    entries = (_entry(actor, verb, subject, detail) for subject, detail in deeds)
    AuditEvent.objects.bulk_create(entries, batch_size=1000)


def _entry(actor: Actor, verb: str, subject: Model, detail: dict[str, Any]) -> AuditEvent:
    return AuditEvent(
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
