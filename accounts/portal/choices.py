"""What the portal's filters offer to choose from."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.models import Department
from kernel.listparts import MOST_CHOICES, Typed


def departments(actor: Actor) -> Iterable[tuple[Any, Any]] | Typed:
    """The departments, by name; where there are too many to choose from, by what is typed."""
    rows = Department.objects.visible_to(actor)
    named = rows.order_by("name").values_list("pk", "name")
    if rows[MOST_CHOICES : MOST_CHOICES + 1].exists():
        return Typed(lambda words: _found(named, words))
    return named


def _found(named: Any, words: str) -> list[tuple[Any, Any]]:
    """That of this identifier, else of this name, else those that have the words in their names."""
    try:
        return list(named.filter(pk=UUID(words)))
    except ValueError:
        exact = list(named.filter(name=words))
    return exact or list(named.filter(name__icontains=words)[:MOST_CHOICES])
