"""The audit trail: one entry for each deed, in the deed's own transaction."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Statement:
    """An entry as an INSERT for a statement that does more at once: its text and its values.

    It adds one entry for each row of what ``FROM`` it is followed by.
    """

    text: str
    values: dict[str, Any]


def statement(actor: Actor, verb: str, subject: Model, **detail: Any) -> Statement:
    """The entry that ``record`` would add, for a deed that is done so often that it must be one
    round trip; the deed and the entry are one statement, so neither is ever without the other."""
    return Statement(
        _INSERT,
        {
            "audit_verb": verb,
            "audit_kind": actor.kind,
            "audit_actor": actor.id,
            "audit_name": actor.name,
            "audit_department": actor.department_id,
            "audit_type": str(subject._meta.model_name),
            "audit_subject": str(subject.pk),
            "audit_detail": json.dumps(detail),
            "audit_request": current_request_id(),
            "audit_address": actor.address,
        },
    )


_INSERT = """
    INSERT INTO accounts_auditevent
        (verb, actor_kind, actor_id, actor_name, department_id, subject_type, subject_id, detail,
         request_id, address)
    SELECT %(audit_verb)s, %(audit_kind)s, %(audit_actor)s::uuid, %(audit_name)s,
           %(audit_department)s::uuid, %(audit_type)s, %(audit_subject)s, %(audit_detail)s::jsonb,
           %(audit_request)s, %(audit_address)s
"""


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
