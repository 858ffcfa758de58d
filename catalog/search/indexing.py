"""Search documents, written set-based from the resources in force."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import execute_values

from accounts.calendars import calendars_from
from accounts.workdays import Calendars
from catalog.metadata import METADATA
from catalog.models import Item, Placement, Resource, SearchDocument
from catalog.quality.completeness import score
from catalog.quality.timeliness import fresh_until
from catalog.search.traits import Traits, pack
from catalog.search.words import Text, lexemes

# Resources read, and rows written, at a time: the memory needed does not grow with the catalogue.
BATCH = 1_000
_ITEM = (
    "entry_id", "name", "data_type", "length", "meaning", "is_key", "codes", "code_list",
    "element", "sensitivity", "share_type",
)  # fmt: skip
_RESOURCE = (
    "pk", "code", "published_id", "department_id", "department__name", "category_id",
    "category__name", "is_attached", "data_updated_at", "published__published_at",
    "published__created_at", "published__name_key",
)  # fmt: skip
_COLUMNS = (
    "resource_id", "entry_id", "words", "name", "name_key", "name_length", "department_id",
    "category_id", "traits", "is_attached", "fresh_until", "completeness", "gaps", "published_at",
)  # fmt: skip
_WRITE = """
INSERT INTO catalog_searchdocument AS kept ({names}) VALUES %s
ON CONFLICT (resource_id) DO UPDATE SET {sets}
WHERE ({kept}) IS DISTINCT FROM ({new})
""".format(
    names=", ".join(_COLUMNS),
    sets=", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:]),
    kept=", ".join(f"kept.{name}" for name in _COLUMNS[1:]),
    new=", ".join(f"excluded.{name}" for name in _COLUMNS[1:]),
)
_ROW = (
    "("
    + ", ".join(
        "array_to_tsvector(string_to_array(%s, ' '))" if n == "words" else "%s" for n in _COLUMNS
    )
    + ")"
)

Values = dict[str, Any]


@transaction.atomic
def refresh(resource_ids: Iterable[UUID]) -> int:
    """Write what search knows of these resources anew; returns how many of them are in force.

    Call it in the transaction of the deed, with all resources of a bulk deed in one call. Those
    that are not in force are forgotten; documents that would not change are not written.
    """
    # In the order of their keys, so that two deeds over the same resources cannot deadlock.
    asked = sorted(set(resource_ids))
    return sum(_refresh(asked[at : at + BATCH]) for at in range(0, len(asked), BATCH))


def rebuild() -> int:
    """Write every document anew, in many short transactions; returns how many there are."""
    SearchDocument.objects.filter(resource__published=None).delete()
    last, written = UUID(int=0), 0
    while True:
        ids = list(
            Resource.objects.filter(pk__gt=last, published__isnull=False)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        if not ids:
            return written
        written += refresh(ids)
        last = ids[-1]


def _refresh(ids: Sequence[UUID]) -> int:
    # Held, or what a deed under way is just putting out of force would be written again.
    held = Resource.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    list(held.values_list("pk", flat=True))
    wanted = tuple(f"published__{name}" for name in METADATA)
    rows = list(
        Resource.objects.filter(pk__in=ids, published__isnull=False)
        .order_by("pk")
        .values(*_RESOURCE, *wanted)
    )
    found = {row["pk"] for row in rows}
    SearchDocument.objects.filter(resource_id__in=[pk for pk in ids if pk not in found]).delete()
    if rows:
        _write(list(_documents(rows)))
    return len(rows)


def _documents(rows: list[Values]) -> Iterator[tuple[Any, ...]]:
    items = _items(row["published_id"] for row in rows)
    codes = _further_codes(row["pk"] for row in rows)
    calendars = _calendars(rows)
    for row in rows:
        entry = {name: row[f"published__{name}"] for name in METADATA}
        yield _document(row, entry, items[row["published_id"]], codes.get(row["pk"], ""), calendars)


def _document(
    row: Values, entry: Values, items: list[Values], codes: str, calendars: Calendars
) -> tuple[Any, ...]:
    done, gaps = score(entry, items)
    came, began = _day(row["data_updated_at"]), _day(row["published__published_at"])
    text = Text(
        entry["name"],
        row["department__name"],
        (
            " ".join(entry["keywords"]),
            row["code"] or "",
            codes,
            row["category__name"],
            *(item["name"] for item in items),
            entry["theme"],
            entry["industry"],
            entry["abstract"],
        ),
    )
    traits = Traits(
        entry["share_type"], entry["update_cycle"], entry["format_class"], entry["open_to_public"]
    )
    return (
        row["pk"],
        row["published_id"],
        " ".join(lexemes(text)),
        entry["name"],
        row["published__name_key"],
        len(row["published__name_key"]),
        row["department_id"],
        row["category_id"],
        pack(traits),
        row["is_attached"],
        fresh_until(entry["update_cycle"], came, began, calendars),
        done,
        list(gaps),
        row["published__published_at"] or row["published__created_at"],
    )


def _items(entry_ids: Iterable[UUID]) -> dict[UUID, list[Values]]:
    found: dict[UUID, list[Values]] = defaultdict(list)
    for item in Item.objects.filter(entry_id__in=list(entry_ids)).order_by().values(*_ITEM):
        found[item["entry_id"]].append(item)
    return found


def _further_codes(resource_ids: Iterable[UUID]) -> dict[UUID, str]:
    placed = Placement.objects.filter(resource_id__in=list(resource_ids), code__isnull=False)
    found: dict[UUID, list[str]] = defaultdict(list)
    for resource_id, code in placed.order_by("code").values_list("resource_id", "code"):
        found[resource_id].append(code or "")
    return {pk: " ".join(codes) for pk, codes in found.items()}


def _calendars(rows: list[Values]) -> Calendars:
    days = (_day(row["data_updated_at"] or row["published__published_at"]) for row in rows)
    first = min((day.year for day in days if day), default=timezone.localdate().year)
    # A yearly promise ends in the year after the last one that is counted from.
    return calendars_from(first, years=timezone.localdate().year - first + 3)


def _day(at: datetime | None) -> date | None:
    return timezone.localdate(at) if at else None


def _write(documents: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        execute_values(cursor.cursor, _WRITE, documents, template=_ROW, page_size=250)
