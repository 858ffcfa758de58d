"""What happened to a row of sharing, step by step: when, what, by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.models import User
from accounts.permissions import Perm
from accounts.policy import may_everywhere


@dataclass(frozen=True)
class Event:
    """A step: whose department took it, which person, and what was said."""

    at: datetime
    title: Any
    side: str = ""
    person: str = ""
    text: str = ""
    badge: str = ""


@dataclass(frozen=True)
class Told:
    """A step before its person is known by name; ``by`` is seen by the person's own department
    and by those who supervise."""

    at: datetime | None
    title: Any
    department: Any = None
    by: UUID | None = None
    text: str = ""
    badge: str = ""


def story(told: Iterable[Told], actor: Actor) -> list[Event]:
    """The steps that were taken, the oldest first, with names where the actor may read them."""
    there = [step for step in told if step.at is not None]
    sees_all = may_everywhere(actor, Perm.REQUEST_VIEW)
    ids = {step.by for step in there if step.by}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    events = []
    for step in there:
        department = step.department
        is_own = department is not None and department.pk == actor.department_id
        person = names.get(step.by, "") if step.by and (is_own or sees_all) else ""
        side = department.name if department is not None else ""
        events.append(Event(step.at, step.title, side, person, step.text, step.badge))  # type: ignore[arg-type]
    return sorted(events, key=lambda event: event.at)
