"""Which systems could become one: pure, from what the register and the verdicts say.

Three grounds. An office's or bureau's own system has to be merged (39号, task 2); a system that
another was found to replace can be; and so can one whose business and data items another covers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

ENOUGH = 0.7
# An item that more systems than this bear says nothing about any two of them.
COMMON = 50


@dataclass(frozen=True)
class Candidate:
    """A running system as far as merging is concerned."""

    id: UUID
    department_id: UUID
    may_go: bool = True  # False for systems that are only looked at as targets
    is_office: bool = False
    is_target: bool = True
    is_suspected: bool = False
    items: frozenset[str] = frozenset()
    users: int = 0
    replacement_id: UUID | None = None

    @property
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
    grounds: tuple[str, ...]  # office_level, replaceable, overlap
    overlap: float
    shared: tuple[str, ...] = field(default=())


class Register:
    """The candidates, and which pairs of system and target are not to be proposed."""

    def __init__(
        self, candidates: Iterable[Candidate], barred: Iterable[tuple[UUID, UUID]] = ()
    ) -> None:
        self.known = {one.id: one for one in candidates}
        self.barred = frozenset(barred)
        self._bearers: dict[str, list[Candidate]] = defaultdict(list)
        self._targets: dict[UUID, list[Candidate]] = defaultdict(list)
        for one in self.known.values():
            for item in one.items:
                self._bearers[item].append(one)
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
        near = (other for other in self._near(one) if overlap(one, other) >= ENOUGH)
        return self._best(one, near) or (
            self._best(one, self._targets[one.department_id]) if one.is_office else None
        )

    def _best(self, one: Candidate, others: Iterable[Candidate]) -> Candidate | None:
        fitting = (other for other in others if self._fits(one, other) and other.rank > one.rank)
        return max(fitting, key=lambda other: (overlap(one, other), other.rank), default=None)

    def _near(self, one: Candidate) -> list[Candidate]:
        bearers = (self._bearers[item] for item in one.items)
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


def overlap(one: Candidate, other: Candidate) -> float:
    """The share of the first one's items that the other has too; 0 without items."""
    return len(one.items & other.items) / len(one.items) if one.items else 0.0


def _tie(one: Candidate, target: Candidate) -> Tie:
    share = overlap(one, target)
    grounds = {
        "replaceable": one.replacement_id == target.id,
        "overlap": share >= ENOUGH,
        "office_level": one.is_office and one.department_id == target.department_id,
    }
    return Tie(
        system=one.id,
        target=target.id,
        grounds=tuple(name for name, holds in grounds.items() if holds),
        overlap=round(share, 2),
        shared=tuple(sorted(one.items & target.items)),
    )
