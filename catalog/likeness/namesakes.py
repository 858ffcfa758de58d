"""Whether an entry that is being written is in force already under another name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import Department
from catalog.likeness.itemnames import meaning, tells
from catalog.likeness.judging import LEAST, Said, Shared, judge
from catalog.likeness.names import about, office_of, plain, take_apart
from catalog.likeness.places import Gazetteer
from catalog.models import Entry, Item
from catalog.search.similar import similar

# So many entries whose names have something in common are judged.
CANDIDATES = 40


@dataclass(frozen=True)
class Namesake:
    """A resource in force that looks like the same, how sure that is (0 to 1) and why."""

    resource_id: UUID
    code: str
    name: str
    department_id: UUID
    department_name: str
    score: float
    reasons: dict[str, Any]


def same_elsewhere(entry: Entry, items: Sequence[Item]) -> list[Namesake]:
    """Resources in force that look like this one under another name, the likest first.

    The whole catalogue's scan weighs words by how common they are; here all weigh the same.
    """
    hits = [one.hit for one in similar(entry.resource_id, entry.name, CANDIDATES)]
    if not hits:
        return []
    places = Gazetteer(Department.objects.values_list("name", flat=True))
    mine = _said(entry.name, entry.abstract, entry.department_id, entry.department.name, places)
    own = _means(item.name for item in items)
    theirs = _items_of([hit.entry_id for hit in hits])
    found = []
    for hit in hits:
        other = _said(hit.name, hit.abstract, hit.department_id, hit.department, places)
        shared = _shared(own, _means(theirs.get(hit.entry_id, ())))
        judged = judge(mine, other, shared, {})
        if judged.score >= LEAST:
            found.append(
                Namesake(
                    hit.id, hit.code, hit.name, hit.department_id, hit.department, judged.score,
                    judged.reasons,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (-one.score, one.code))


def _said(name: str, abstract: str, department: UUID, office: str, places: Gazetteer) -> Said:
    parts = take_apart(name, office, places)
    return Said(
        parts, department, office_of(office, places), about(places.strip(plain(abstract or "")))
    )


def _items_of(entries: list[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for entry, name in Item.objects.filter(entry__in=entries).values_list("entry_id", "name"):
        found.setdefault(entry, []).append(name)
    return found


def _means(names: Iterable[str]) -> frozenset[str]:
    return frozenset(mean for mean in map(meaning, names) if tells(mean))


def _shared(own: frozenset[str], other: frozenset[str]) -> Shared:
    common = len(own & other)
    return Shared(
        len(own), len(other), common / len(own) if own else 0.0,
        common / len(other) if other else 0.0,
    )  # fmt: skip
