"""Values that people see masked, and the minutes for which two people unmask them.

A system reads its own department's data as it is; a person sees personal items, and whatever a
source outside holds, with their middle starred.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Proposal
from accounts.permissions import Perm
from accounts.twopersons import Deed
from catalog.models import Resource
from catalog.versions import items_of
from catalog.vocabulary import Sensitivity
from exchange.dataplane.chunks import mask_value
from exchange.models import Connector, Dataset

NAME = "value.reveal"
LASTS = timedelta(minutes=10)


def _find(actor: Actor, key: UUID) -> Model | None:
    """A dataset or a connector that the actor may see."""
    for rows in (Dataset.objects.visible_to(actor), Connector.objects.visible_to(actor)):
        found: Model | None = rows.filter(pk=key).first()
        if found:
            return found
    return None


def _named(subject: Any) -> str:
    """A connector's name; a dataset is called as its entry in force, else by its code."""
    if isinstance(subject, Connector):
        return subject.name
    entry = subject.resource.published
    return entry.name if entry else subject.resource.code or str(subject.pk)


REVEAL = Deed(
    name=NAME,
    title=_("Show masked values"),
    perm=Perm.VALUE_REVEAL,
    confirms=Perm.VALUE_CONFIRM,
    find=_find,
    owner=lambda subject: subject.department_id,
    named=_named,
)


def is_allowed(subject: Model, actor: Actor) -> bool:
    """Whether another person has agreed, and the minutes have not begun."""
    rows = _own(subject, actor).filter(state="confirmed", expires_at__gt=timezone.now())
    return rows.exists()


def is_revealed(subject: Model, actor: Actor) -> bool:
    """Whether the actor sees the values of this dataset or connector as they are now."""
    if not actor.is_person:
        return True
    ends = timezone.now().isoformat()
    return _own(subject, actor).filter(state="done", outcome__until__gt=ends).exists()


def _own(subject: Model, actor: Actor) -> Any:
    return Proposal.objects.filter(deed=NAME, subject_id=subject.pk, proposed_by_id=actor.id)


def personal_columns(resource: Resource) -> set[str]:
    """Columns of the entry in force that touch people."""
    entry = resource.published
    found = items_of(entry) if entry else ()
    return {item.column for item in found if item.sensitivity != Sensitivity.NONE}


def starred(record: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The record with the middle of these values starred."""
    return {
        name: mask_value(str(value)) if name in names and value is not None else value
        for name, value in record.items()
    }
