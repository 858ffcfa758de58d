"""Whether what an entry registers is collected elsewhere already and could be shared (Art. 19)."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, NullIf

from catalog.likeness.itemnames import SUBJECTS, forms_of, meaning, tells
from catalog.models import Entry, Item
from catalog.vocabulary import ShareType

# So many of an entry's telling items, and this share of them, have to be there to be told.
ENOUGH_ITEMS, ENOUGH_SHARE = 3, 0.5
SHOWN = 20
# Items of one name are counted up to here.
COUNTED = 3000


@dataclass(frozen=True)
class SharedItem:
    """An item here and the one elsewhere that means the same."""

    column: str
    name: str
    other_column: str
    other_name: str
    # The authority named the other department as this item's source.
    is_source: bool


@dataclass(frozen=True)
class Overlap:
    """A resource of another department that is in force and can be shared, and what it has."""

    resource_id: UUID
    code: str
    name: str
    department_id: UUID
    department_name: str
    share_type: str
    # Of the entry's telling items, how many are there: 0 to 1.
    share: float
    items: tuple[SharedItem, ...]


def collected_elsewhere(entry: Entry, items: Sequence[Item]) -> list[Overlap]:
    """Resources of other departments that hold what these items mean, those with most first.

    Asked are departments of the same division and of those above it. Counted are items that say
    something of the subject, not its name, number or address; a table about a person is
    compared with tables about persons. One item whose named source is the other department is
    enough. At most SHOWN are given; three queries.
    """
    mine = {meaning(_name(item)): item for item in items if not item.is_key}
    telling = {mean: item for mean, item in mine.items() if tells(mean)}
    if not telling:
        return []
    found: dict[UUID, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in _rows(entry, telling, _subjects(items)):
        mean = meaning(row["element__name"] or row["name"])
        if mean in telling:
            found[row["entry_id"]].setdefault(mean, row)
    told = [_overlap(rows, telling) for rows in found.values()]
    kept = [one for one in told if _is_told(one)]
    return sorted(kept, key=lambda one: (-one.share, one.code))[:SHOWN]


def _is_told(one: Overlap) -> bool:
    if any(item.is_source for item in one.items):
        return True
    return len(one.items) >= ENOUGH_ITEMS and one.share >= ENOUGH_SHARE


def _rows(entry: Entry, telling: dict[str, Item], subjects: frozenset[str]) -> list[dict[str, Any]]:
    """The items elsewhere that may mean one of these, of the entries that have most of them."""
    enough = min(len(telling), max(ENOUGH_ITEMS, math.ceil(ENOUGH_SHARE * len(telling))))
    forms = {mean: forms_of(_name(item)) | {item.name} for mean, item in telling.items()}
    elements = {item.element_id for item in telling.values() if item.element_id}
    known = Q(name__in=frozenset().union(*forms.values())) | Q(element__in=elements)
    sharable = _sharable(entry)
    # Who has enough of them has one of the rarest, or of the elements, or is a source.
    rare = frozenset().union(*_rarest(forms, len(forms) - enough + 1))
    some = sharable.filter(Q(name__in=rare) | Q(element__in=elements))
    if subjects:
        about = Item.objects.filter(entry_id=OuterRef("entry_id"), name__in=subjects)
        some = some.filter(Exists(about))
    sources = sharable.filter(known, source_department__isnull=False).filter(_IS_SOURCE)
    entries = (
        sharable.filter(known, entry__in=some.values("entry_id").union(sources.values("entry_id")))
        .values("entry_id")
        .annotate(held=Count("name", distinct=True), named=Count("id", filter=_IS_SOURCE))
        .filter(Q(held__gte=enough) | Q(named__gt=0))
        .order_by("-named", "-held", "entry_id")
    )
    chosen = [row["entry_id"] for row in entries[: 2 * SHOWN]]
    found = sharable.filter(known, entry__in=chosen).values(
        "entry_id", "column", "name", "element__name",
        resource_id=F("entry__resource_id"), code=F("entry__resource__code"),
        title=F("entry__name"), office_id=F("entry__department_id"),
        office=F("entry__department__name"), shared_as=F("entry__share_type"),
        is_source=ExpressionWrapper(_IS_SOURCE, BooleanField()),
    )  # fmt: skip
    return [dict(row) for row in found]


_IS_SOURCE = Q(source_department_id=F("entry__department_id"))


def _sharable(entry: Entry) -> QuerySet[Item]:
    """Items in force of other departments that this one could ask for."""
    return (
        Item.objects.annotate(
            sharing=Coalesce(NullIf("share_type", Value("")), "entry__share_type")
        )
        .filter(entry__state="published")
        .filter(entry__department__division_code__in=_divisions(entry.department.division_code))
        .exclude(entry__department_id=entry.department_id)
        .exclude(sharing=ShareType.NOT_SHARED)
    )


def _rarest(forms: dict[str, frozenset[str]], number: int) -> list[frozenset[str]]:
    """The forms of the meanings that the fewest items have; beyond COUNTED all are alike."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n, (SELECT count(*) FROM (SELECT FROM catalog_item WHERE name = n LIMIT %s) s)"
            " FROM unnest(%s::text[]) n",
            [COUNTED, sorted(frozenset().union(*forms.values()))],
        )
        seen = dict(cursor.fetchall())
    ranked = sorted(forms.values(), key=lambda names: sum(seen[name] for name in names))
    return ranked[:number]


def _divisions(code: str) -> set[str]:
    """This division and those that it lies in, as 6 and as 12 digits."""
    above = {code[:digits] for digits in (2, 4, 6, 9, 12)} | {""}
    return {one.ljust(width, "0") for one in above for width in (6, 12) if len(one) <= width}


def _subjects(items: Sequence[Item]) -> frozenset[str]:
    """The spellings of what identifies whom this table is about; empty where nothing does."""
    means = {meaning(item.name) for item in items}
    kinds = {SUBJECTS[mean] for mean in means if mean in SUBJECTS}
    if not kinds:
        return frozenset()
    kind = "person" if "person" in kinds else min(kinds)
    same = [mean for mean, of in SUBJECTS.items() if of == kind]
    return frozenset().union(*(forms_of(mean) for mean in same))


def _overlap(rows: dict[str, dict[str, Any]], telling: dict[str, Item]) -> Overlap:
    one = next(iter(rows.values()))
    items = tuple(
        SharedItem(
            telling[mean].column, telling[mean].name, row["column"], row["name"], row["is_source"]
        )
        for mean, row in sorted(rows.items(), key=lambda pair: telling[pair[0]].position)
    )
    return Overlap(
        resource_id=one["resource_id"],
        code=one["code"] or "",
        name=one["title"],
        department_id=one["office_id"],
        department_name=one["office"],
        share_type=one["shared_as"],
        share=round(len(items) / len(telling), 3),
        items=items,
    )


def _name(item: Item) -> str:
    return item.element.name if item.element else item.name
