"""The deeds that no person does alone: one proposes, another confirms (GB/T 39477).

An app registers its deeds when it is ready (``apps.py``), as it does its lines of the home page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.permissions import Perm


@dataclass(frozen=True)
class Deed:
    """One dangerous deed: who may propose and who may confirm it, and what it is done to.

    ``find`` gives the subject that the actor may see, by its id, or None. ``owner`` names the
    department whose affair it is, None for the platform's.
    ``carry_out(subject, actor=, reason=)`` does it in the transaction of the second person and
    tells its outcome as plain values; a deed without it is done by the proposer, who spends the
    confirmed proposal (``actions.proposals.spend``).
    """

    name: str
    title: Any
    perm: Perm
    confirms: Perm
    find: Callable[[Actor, UUID], Any]
    owner: Callable[[Any], UUID | None] = lambda subject: None
    carry_out: Callable[..., dict[str, Any]] | None = None
    lasts: timedelta = timedelta(hours=24)
    # What people call the subject.
    named: Callable[[Any], str] = str


_deeds: dict[str, Deed] = {}


def register(deed: Deed) -> None:
    """Let this deed need two people."""
    _deeds[deed.name] = deed


def deeds() -> list[Deed]:
    """Every deed that needs two people."""
    return list(_deeds.values())


def deed_named(name: str) -> Deed | None:
    """The deed of this name; None if there is none."""
    return _deeds.get(name)
