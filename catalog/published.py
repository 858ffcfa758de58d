"""Resources in force as they are handed out: plain values, a page in a fixed number of queries."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from catalog.metadata import METADATA
from catalog.models import Item, Resource
from catalog.vocabulary import DataGrade, ShareType

ITEM_TOLD = (
    "column",
    "name",
    "data_type",
    "length",
    "scale",
    "meaning",
    "is_key",
    "is_required",
    "pattern",
    "codes",
    "check_digit",
    "sensitivity",
    "share_type",
)
# What everybody may know of open data; the rest is the departments' own: contacts, assessments,
# conditions of sharing, systems, reasons.
_OPEN_TOLD = (
    "id",
    "code",
    "department",
    "credit_code",
    "category",
    "name",
    "abstract",
    "format_class",
    "format_type",
    "format_note",
    "opened_storage_gb",
    "opened_records_wan",
    "share_type",
    "open_to_public",
    "open_condition",
    "update_cycle",
    "released_on",
    "keywords",
    "theme",
    "industry",
    "landing_url",
    "data_updated_on",
    "published_on",
)
_OPEN_ITEM_TOLD = tuple(name for name in ITEM_TOLD if name not in ("sensitivity", "share_type"))
# Said to be open although its own share type or grade forbids it: taken in so from elsewhere.
_CLOSED = Q(published__share_type=ShareType.NOT_SHARED) | Q(
    published__data_grade__in=(DataGrade.IMPORTANT, DataGrade.CORE)
)
_OWN = {
    "id": "pk",
    "code": "code",
    "department": "department__name",
    "credit_code": "department__credit_code",
    "category": "category__code",
    "data_updated_at": "data_updated_at",
    "published_at": "published__published_at",
    "entry_id": "published_id",
    "source_system": "published__source_system__name",
}


@dataclass(frozen=True)
class Page:
    """Keys of a page of resources, and what its content is known by; ``last`` is None at the end.

    Two pages of one ``etag`` have the same content.
    """

    keys: Sequence[UUID]
    etag: str
    last: UUID | None


def in_force(*, is_open: bool = False) -> QuerySet[Resource]:
    """Resources in force; with ``is_open`` those that the public may know."""
    rows = Resource.objects.filter(published__isnull=False)
    return rows.filter(~_CLOSED, published__open_to_public=True) if is_open else rows


def page_of(rows: QuerySet[Resource], limit: int, after: UUID | None = None) -> Page:
    """The next page of resources in the order of their keys."""
    if after is not None:
        rows = rows.filter(pk__gt=after)
    # That data came is noted without a new version of the row.
    columns = ("pk", "version", "data_updated_at", "department__version", "category__version")
    found = list(rows.order_by("pk").values_list(*columns)[: limit + 1])
    kept = found[:limit]
    digest = hashlib.sha256(repr(kept).encode()).hexdigest()[:32]
    last = kept[-1][0] if len(found) > limit else None
    return Page([row[0] for row in kept], digest, last)


def told(keys: Sequence[UUID]) -> list[dict[str, Any]]:
    """What the catalogue says of these resources, by the names of its columns, items below."""
    metadata = {name: f"published__{name}" for name in METADATA if name != "source_system"}
    columns = _OWN | metadata
    rows = Resource.objects.filter(pk__in=keys, published__isnull=False).order_by("pk")
    found = [dict(zip(columns, row, strict=True)) for row in rows.values_list(*columns.values())]
    items = _items([row["entry_id"] for row in found])
    return [_entry(row, items.get(row["entry_id"], [])) for row in found]


def told_openly(keys: Sequence[UUID]) -> list[dict[str, Any]]:
    """What everybody may know of these resources, without items that are not shared."""
    return [_opened(entry) for entry in told(keys) if entry["open_to_public"]]


def _opened(entry: Mapping[str, Any]) -> dict[str, Any]:
    items = [
        {name: item[name] for name in _OPEN_ITEM_TOLD}
        for item in entry["items"]
        if item["share_type"] != ShareType.NOT_SHARED
    ]
    return {name: entry[name] for name in _OPEN_TOLD} | {"items": items}


def _entry(row: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    updated, published = row["data_updated_at"], row["published_at"]
    return {
        **row,
        "source_system": row["source_system"] or "",
        "data_updated_on": timezone.localdate(updated) if updated else None,
        "published_on": timezone.localdate(published) if published else None,
        "items": list(items),
    }


def _items(entry_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = {}
    rows = Item.objects.filter(entry_id__in=entry_ids).order_by("entry_id", "position")
    for item in rows.values("entry_id", *ITEM_TOLD):
        found.setdefault(item.pop("entry_id"), []).append(item)
    return found
