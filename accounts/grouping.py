"""Which systems could become one: pure, from what the register and the verdicts say.

Four grounds. An office's or bureau's own system has to be merged (39号, task 2); a system that
another was found to replace can be; so can one whose business and data items another covers, and
one of nearly the same name in the same department.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from accounts.similarity import NAME_LIKE, Likeness, Profile, likeness

ENOUGH = 0.7
# What more systems than this have in common says nothing about any two of them.
COMMON = 50


@dataclass(frozen=True)
class Candidate:
    """A running system as far as merging is concerned."""

    id: UUID
    department_id: UUID
    name: str = ""
    may_go: bool = True  # False for systems that are only looked at as targets
    is_office: bool = False
    is_target: bool = True
    is_suspected: bool = False
    items: frozenset[str] = frozenset()
    users: int = 0
    replacement_id: UUID | None = None

    @cached_property
    def profile(self) -> Profile:
        """What it is compared by."""
        return Profile(self.id, self.name, self.items)

    @cached_property
    def rank(self) -> tuple[bool, bool, bool, int, int]:
        """The greater one stays."""
        return (
            self.is_target,
            not self.is_suspected,
            not self.is_office,
            self.users,
            -self.id.int,
        )


@dataclass(frozen=True)
class Tie:
    """Why one system could be merged into another."""

    system: UUID
    target: UUID
    grounds: tuple[str, ...]  # replaceable, overlap, similar_name, office_level
    overlap: float
    shared: tuple[str, ...] = field(default=())


class Register:
    """The candidates, and which pairs of system and target are not to be proposed."""

    def __init__(
        self, candidates: Iterable[Candidate], barred: Iterable[tuple[UUID, UUID]] = ()
    ) -> None:
        self.known = {one.id: one for one in candidates}
        self.barred = frozenset(barred)
        self._bearers: dict[object, list[Candidate]] = defaultdict(list)
        self._targets: dict[UUID, list[Candidate]] = defaultdict(list)
        for one in self.known.values():
            for key in _traits(one):
                self._bearers[key].append(one)
            if one.is_target:
                self._targets[one.department_id].append(one)

    def groups(self) -> dict[UUID, list[Tie]]:
        """Target -> ties of the systems to merge into it: each system once, no target merged."""
        wishes = {
            one.id: target.id
            for one in self.known.values()
            if one.may_go and (target := self._wished(one)) is not None
        }
        found: dict[UUID, list[Tie]] = defaultdict(list)
        for system in sorted(wishes):
            root = self._root(system, wishes)
            if root != system and self._fits(self.known[system], self.known[root]):
                tie = _tie(self.known[system], self.known[root])
                if tie.grounds:
                    found[root].append(tie)
        return dict(found)

    def _wished(self, one: Candidate) -> Candidate | None:
        replacing = self.known.get(one.replacement_id) if one.replacement_id else None
        if replacing and self._fits(one, replacing):
            return replacing
        alike = [row for row in self._compared(one, self._near(one)) if _alike(one, *row)]
        if not alike and one.is_office:
            alike = self._compared(one, self._targets[one.department_id])
        found = max(alike, key=lambda row: (_score(row[0]), row[1].rank), default=None)
        return found[1] if found else None

    def _compared(
        self, one: Candidate, others: Iterable[Candidate]
    ) -> list[tuple[Likeness, Candidate]]:
        return [
            (likeness(one.profile, other.profile), other)
            for other in others
            if self._fits(one, other) and other.rank > one.rank
        ]

    def _near(self, one: Candidate) -> list[Candidate]:
        bearers = (self._bearers[key] for key in _traits(one))
        near = {other.id: other for row in bearers if len(row) <= COMMON for other in row}
        return list(near.values())

    def _fits(self, one: Candidate, other: Candidate) -> bool:
        return other.is_target and other.id != one.id and (one.id, other.id) not in self.barred

    def _root(self, start: UUID, wishes: Mapping[UUID, UUID]) -> UUID:
        """Where the wishes lead; of systems that wish each other, the greatest."""
        path = [start]
        while (following := wishes.get(path[-1])) is not None:
            if following in path:
                circle = path[path.index(following) :]
                return max(circle, key=lambda key: self.known[key].rank)
            path.append(following)
        return path[-1]


def _traits(one: Candidate) -> list[object]:
    """What two systems have to have in common to be compared at all."""
    return [*one.items, *((one.department_id, pair) for pair in one.profile.pairs)]


def _score(found: Likeness) -> float:
    return max(found.business, found.name)


def _alike(one: Candidate, found: Likeness, other: Candidate) -> list[str]:
    """By what the two are alike."""
    same_name = one.department_id == other.department_id and found.name >= NAME_LIKE
    held = {"overlap": found.business >= ENOUGH, "similar_name": same_name}
    return [name for name, holds in held.items() if holds]


def _tie(one: Candidate, target: Candidate) -> Tie:
    found = likeness(one.profile, target.profile)
    replaceable = ["replaceable"] if one.replacement_id == target.id else []
    ordered = one.is_office and one.department_id == target.department_id
    office = ["office_level"] if ordered else []
    return Tie(
        system=one.id,
        target=target.id,
        grounds=(*replaceable, *_alike(one, found, target), *office),
        overlap=round(found.business, 2),
        shared=found.shared_business,
    )
