"""Writing what an import planned: set-based, whatever its size."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from psycopg2.extras import Json

from accounts.actor import Actor
from catalog.copying import copy_in
from catalog.intake.world import ITEM_FIELDS
from catalog.interchange.planning import CHANGED, NEW, OF_RESOURCE, UNCHANGED, Planned
from catalog.metadata import METADATA
from catalog.models import CatalogImport, Entry, Item, Resource
from catalog.names import name_key
from catalog.numbering import take_codes
from catalog.search.indexing import refresh
from catalog.states import EDITABLE
from kernel.models import uuid7

_CHUNK = 500
_ITEM_NAMES = {name.removesuffix("_id"): name for name in ITEM_FIELDS}
_TELL_RESOURCES = """
UPDATE catalog_resource AS kept SET
    source_values = CASE WHEN told.said IS NULL THEN kept.source_values
                         ELSE kept.source_values || told.said END,
    data_updated_at = COALESCE(told.updated, kept.data_updated_at),
    published_id = COALESCE(told.published, kept.published_id),
    version = kept.version + 1, updated_at = now()
FROM unnest(%s::uuid[], %s::jsonb[], %s::timestamptz[], %s::uuid[])
    AS told (id, said, updated, published)
WHERE kept.id = told.id
"""


Trace = tuple[Resource, dict[str, Any]]


def write(
    planned: Sequence[Planned], row: CatalogImport, *, actor: Actor
) -> list[tuple[str, list[Trace]]]:
    """Write what is new and what changed, and remember what the source said of the rest.

    What the trail has to say of it: verb and, for each resource, the detail.
    """
    in_force = row.standing == CatalogImport.Standing.IN_FORCE
    made = _Written(row, actor, in_force)
    added = made.add([one for one in planned if one.kind == NEW])
    changed = [one for one in planned if one.kind == CHANGED]
    told = {one.known.id: made.version(one) for one in changed if one.known}
    made.finish()
    _tell([one for one in planned if one.kind in (CHANGED, UNCHANGED)], told if in_force else {})
    if in_force:
        refresh(made.in_force)
    traces = list(made.traces(changed))
    if in_force:
        return [("resource.published", added + traces)]
    return [("resource.drafted", added), ("resource.changed", traces)]


class _Written:
    """The rows of one import, gathered and written a table at a time."""

    def __init__(self, row: CatalogImport, actor: Actor, in_force: bool) -> None:
        self.row, self.actor, self.is_in_force = row, actor, in_force
        self.now = timezone.now()
        self.entries: list[Entry] = []
        self.items: list[Item] = []
        self.edited: list[tuple[Planned, UUID]] = []
        self.superseded: list[UUID] = []
        self.in_force: list[UUID] = []

    def add(self, planned: Sequence[Planned]) -> list[Trace]:
        """New resources with their first version; in force, each gets its code."""
        codes = self._codes(planned)
        resources = []
        # In the order of the file, by which exports and lists give them back.
        keys = sorted(uuid7() for _ in planned)
        for key, one in zip(keys, planned, strict=True):
            resource = Resource(
                id=key,
                department_id=one.owner_id,
                category_id=one.class_id,
                source=self.row.source,
                source_key=one.key,
                source_values=one.said,
                data_updated_at=_moment(one.values.get("data_updated_on")),
            )
            entry = self._entry(resource.pk, one, 1, one.values, {})
            if self.is_in_force and one.category_id:
                resource.code, resource.published_id = next(codes[one.category_id]), entry.pk
            resources.append(resource)
            self._add_items(entry.pk, one.items or [])
        copy_in(resources)
        return [(one, self._detail(number=1, code=one.code)) for one in resources]

    def _codes(self, planned: Sequence[Planned]) -> dict[UUID, Iterator[str]]:
        if not self.is_in_force:
            return {}
        wanted = Counter(one.category_id for one in planned if one.category_id)
        return {pk: iter(codes) for pk, codes in take_codes(wanted).items()}

    def version(self, one: Planned) -> UUID | None:
        """A changed resource's next version, or the edited one; the one in force if it is new."""
        known = one.known
        if known is None or (set(one.values) <= set(OF_RESOURCE) and one.items is None):
            return None
        items = known.items if one.items is None else one.items
        if known.state in EDITABLE:
            self.edited.append((one, known.entry_id))
            if one.items is not None:
                self._add_items(known.entry_id, items)
            return None
        entry = self._entry(known.id, one, known.last_number + 1, one.values, known.raw)
        self._add_items(entry.pk, items)
        if self.is_in_force and known.published_id:
            self.superseded.append(known.published_id)
        return entry.pk if self.is_in_force else None

    def finish(self) -> None:
        """Write versions and items."""
        Entry.objects.filter(pk__in=self.superseded).update(state="superseded", updated_at=self.now)
        copy_in(self.entries)
        self._edit()
        copy_in(self.items)

    def traces(self, changed: Sequence[Planned]) -> Iterator[Trace]:
        """What the trail has to say of each change."""
        for one in changed:
            if one.known:
                fields = sorted([*one.values, *(["items"] if one.items is not None else [])])
                yield Resource(pk=one.known.id), self._detail(fields=fields)

    def _edit(self) -> None:
        """Drafts changed where they stand, in few statements with different values."""
        found = Entry.objects.in_bulk([pk for _, pk in self.edited])
        rows = [found[pk] for _, pk in self.edited]
        names: set[str] = {"version", "updated_at"}
        for entry, (one, _) in zip(rows, self.edited, strict=True):
            for name, value in _columns(one.values).items():
                setattr(entry, name, value)
                names.add(name.removesuffix("_id") if name == "source_system_id" else name)
            entry.version += 1
            entry.updated_at = self.now
        if rows:
            Entry.objects.bulk_create(
                rows,
                batch_size=_CHUNK,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=sorted(names),
            )
        renewed = [pk for one, pk in self.edited if one.items is not None]
        Item.objects.filter(entry_id__in=renewed).delete()

    def _entry(
        self, resource_id: UUID, one: Planned, number: int, values: Any, former: Any
    ) -> Entry:
        message = f"导入：{self.row.source}"
        columns = _columns({**former, **values})
        entry = Entry(
            id=uuid7(),
            resource_id=resource_id,
            department_id=one.owner_id,
            number=number,
            change_message=message if number > 1 else "",
            **columns,
        )
        if self.is_in_force:
            entry.state, entry.published_at = "published", self.now
            entry.published_by = self.actor.id
            self.in_force.append(resource_id)
        self.entries.append(entry)
        return entry

    def _add_items(self, entry_id: UUID, items: Sequence[dict[str, Any]]) -> None:
        for position, item in enumerate(items, 1):
            values = {_ITEM_NAMES[n]: v for n, v in item.items() if n in _ITEM_NAMES} | {
                n: v for n, v in item.items() if n in ITEM_FIELDS
            }
            self.items.append(Item(entry_id=entry_id, position=position, **values))

    def _detail(self, **facts: Any) -> dict[str, Any]:
        return {**facts, "catalog_import": str(self.row.pk), "source": self.row.source}


def _columns(values: Any) -> dict[str, Any]:
    made = {name: value for name, value in values.items() if name in METADATA}
    if "source_system" in made:
        made["source_system_id"] = made.pop("source_system") or None
    if "name" in made:
        made["name_key"] = name_key(made["name"])
    return made


def _tell(planned: Sequence[Planned], published: dict[UUID, UUID | None]) -> None:
    """What the source said last, when its data changed, and the version that is in force now."""
    told = []
    for one in planned:
        known = one.known
        if known is None:
            continue
        said = None if known.is_ours or _is_told(one) else Json(one.said)
        moment = _moment(one.values.get("data_updated_on"))
        if said or moment or published.get(known.id) or one.kind == CHANGED:
            told.append((known.id, said, moment, published.get(known.id)))
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(_TELL_RESOURCES, [list(column) for column in zip(*told, strict=True)])


def _is_told(one: Planned) -> bool:
    base = one.known.base if one.known else {}
    return all(name in base and base[name] == value for name, value in one.said.items())


def _moment(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
