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


def note(
    actor: Actor, verb: str, subject: Model, *, request_id: str | None = None, **detail: Any
) -> dict[str, Any]:
    """The entry that ``record`` would add, as values for INSERT: for a deed that is done so often
    that deed and entry are one statement, so that neither is ever without the other.

    ``request_id`` is said where the deed is done for another request than this.
    """
    return {
        "audit_verb": verb,
        "audit_actor_kind": actor.kind,
        "audit_actor_id": actor.id,
        "audit_actor_name": actor.name,
        "audit_department_id": actor.department_id,
        "audit_subject_type": str(subject._meta.model_name),
        "audit_subject_id": str(subject.pk),
        "audit_detail": detail,
        "audit_request_id": current_request_id() if request_id is None else request_id,
        "audit_address": actor.address,
    }


# The values of ``note`` with their types, and what adds an entry for each row of the ``FROM`` that
# follows it.
TYPES = {
    "audit_verb": "text",
    "audit_actor_kind": "text",
    "audit_actor_id": "uuid",
    "audit_actor_name": "text",
    "audit_department_id": "uuid",
    "audit_subject_type": "text",
    "audit_subject_id": "text",
    "audit_detail": "jsonb",
    "audit_request_id": "text",
    "audit_address": "text",
}
_COLUMNS = ", ".join(name.removeprefix("audit_") for name in TYPES)
INSERT = f"INSERT INTO accounts_auditevent ({_COLUMNS}) SELECT {', '.join(TYPES)}"


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
