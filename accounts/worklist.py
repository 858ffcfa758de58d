"""What waits for a person: every app tells its part, and the home page gathers them.

An app registers its source when it is ready (``apps.py``); so the home page asks upper apps
nothing, and knows nothing of them.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from accounts.actor import Actor


class Part(StrEnum):
    """Where on the home page a line stands."""

    MINE = "mine"  # waits for the person
    OTHERS = "others"  # waits for others
    WRONG = "wrong"  # went wrong
    START = "start"  # what one can begin; without a count


@dataclass(frozen=True)
class Item:
    """A line: how much of what, the list that it counts, and the nearest last day if it has one.

    ``clocks`` names statutory clocks of the department, whose nearest last day is the item's.
    """

    part: Part
    title: Any
    count: int = 0
    address: str = ""
    due_on: date | None = None
    clocks: tuple[str, ...] = ()


Source = Callable[[Actor], Iterable[Item]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Let the home page ask this source; in the order of registration, each once."""
    if source not in _sources:
        _sources.append(source)


def shape_of(actor: Actor) -> Hashable:
    """On what it depends which statements count for the actor, beside the values in them."""
    return actor.kind, actor.roles, actor.only


def items_of(actor: Actor) -> list[Item]:
    """What there is for the actor: entries that can be begun, and what has anything to count."""
    found = (item for source in _sources for item in source(actor))
    return [item for item in found if item.count or (item.part is Part.START and item.address)]
