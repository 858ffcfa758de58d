"""What the database knows of the entries of an import, read in a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Department, InformationSystem
from accounts.permissions import Perm
from accounts.policy import may
from catalog.interchange.columns import plain
from catalog.interchange.mapping import SourceWords
from catalog.interchange.normalising import Incoming
from catalog.interchange.places import Categories, Departments
from catalog.interchange.planning import Known, World
from catalog.metadata import ITEM_CARRIED, ITEM_VALUES, METADATA
from catalog.models import CatalogImport, Category, Entry, Item, Resource
from catalog.names import name_key
from catalog.states import IN_PROGRESS
from kernel.errors import Invalid

_LINKS = {"code_list", "element", *ITEM_CARRIED}
ITEM_FIELDS = tuple(f"{n}_id" if n in _LINKS else n for n in (*ITEM_VALUES, *ITEM_CARRIED))
ENTRY_FIELDS = tuple("source_system_id" if n == "source_system" else n for n in METADATA)
_SHOWN = (*IN_PROGRESS, "published", "withdrawn")


def world_of(
    row: CatalogImport,
    entries: Sequence[Incoming],
    keys: Sequence[str],
    words: SourceWords,
    *,
    actor: Actor,
    is_held: bool = False,
) -> World:
    """What these entries are planned against; with ``is_held`` their resources are held until the
    transaction ends."""
    departments = _departments(row, words, actor)
    known = _KnownResources(row.source, entries, keys, is_held=is_held)
    return World(
        departments=departments,
        categories=_categories(row),
        find=known.find,
        systems=_systems(entries),
        in_force=row.standing == CatalogImport.Standing.IN_FORCE,
    )


def _departments(row: CatalogImport, words: SourceWords, actor: Actor) -> Departments:
    rows = Department.objects.filter(is_active=True)
    known = list(rows.values_list("pk", "name", "short_name", "credit_code"))
    short: dict[str, list[UUID]] = {}
    for pk, _, name, _ in known:
        short.setdefault(name, []).append(pk)
    alone = {name: pks[0] for name, pks in short.items() if name and len(pks) == 1}
    by_code = {code: pk for pk, _, _, code in known}
    by_id = {str(pk): pk for pk, _, _, _ in known}
    mapped = {}
    for text, whom in words.departments.items():
        found = by_id.get(whom) or by_code.get(whom)
        if found is None:
            raise Invalid.field(
                f"mapping/departments/{text[:60]}", "there is no such department", "not-found"
            )
        mapped[text] = found
    return Departments(
        by_name=alone | {name: pk for pk, name, _, _ in known},
        by_code=by_code,
        mapped=mapped,
        own=row.department_id,
        may_import=lambda pk: may(actor, Perm.CATALOG_IMPORT, pk),
    )


def _categories(row: CatalogImport) -> Categories:
    rows = list(Category.objects.order_by("code").values_list("pk", "code", "name", "parent_id"))
    paths: dict[UUID, str] = {}
    # A parent's code is shorter than its children's, so it stands before them.
    for pk, _, name, parent in sorted(rows, key=lambda one: len(one[1])):
        paths[pk] = f"{paths[parent]}/{name}" if parent in paths else name
    return Categories(
        by_code={code: pk for pk, code, _, _ in rows},
        by_path={path: pk for pk, path in paths.items()},
        usual=row.category_id,
    )


def _systems(entries: Iterable[Incoming]) -> dict[tuple[UUID, str], UUID]:
    said = {str(entry.values["source_system"]) for entry in entries
            if entry.values.get("source_system")}  # fmt: skip
    if not said:
        return {}
    rows = InformationSystem.objects.filter(Q(name__in=said) | Q(code__in=said))
    found: dict[tuple[UUID, str], UUID] = {}
    for pk, department, name, code in rows.values_list("pk", "department_id", "name", "code"):
        found[department, name] = pk
        if code:
            found.setdefault((department, code), pk)
    return found


class _KnownResources:
    """Resources found by their code, by the source's key, and by department and name."""

    def __init__(
        self, source: str, entries: Sequence[Incoming], keys: Sequence[str], *, is_held: bool
    ) -> None:
        self.source = source
        codes = {entry.identity["code"] for entry in entries if entry.identity.get("code")}
        names = {name_key(str(entry.values.get("name", ""))) for entry in entries} - {""}
        ids = set(
            Resource.objects.filter(
                Q(source=source, source_key__in=keys) | Q(code__in=codes)
            ).values_list("pk", flat=True)
        )
        # Each table by itself: a join is planned badly where much was written a moment ago.
        named = Entry.objects.filter(name_key__in=names, state__in=_SHOWN)
        by_name = set(named.values_list("resource_id", flat=True)) - ids
        ids |= set(Resource.objects.filter(pk__in=by_name, source="").values_list("pk", flat=True))
        rows = Resource.objects.filter(pk__in=ids).order_by("pk")
        if is_held:
            rows = rows.select_for_update(no_key=True)
        self.rows = {row.pk: row for row in rows}
        self.shown = _shown_versions(self.rows)
        self.items = _items([entry["id"] for entry in self.shown.values()])
        self.by_code = {row.code: pk for pk, row in self.rows.items() if row.code}
        self.by_key = {row.source_key: pk for pk, row in self.rows.items() if row.source == source}
        self.by_name: dict[tuple[UUID, str], list[UUID]] = {}
        for pk, entry in self.shown.items():
            row = self.rows[pk]
            if not row.source:
                place = (row.department_id, entry["name_key"])
                self.by_name.setdefault(place, []).append(pk)

    def find(self, entry: Incoming, key: str, department_id: UUID) -> Known | None:
        """The resource that the entry means: by code, then by key, then by its name alone."""
        pk = self.by_code.get(entry.identity.get("code", "")) or self.by_key.get(key)
        if pk is None:
            name = name_key(str(entry.values.get("name", "")))
            named = self.by_name.get((department_id, name), [])
            pk = named[0] if len(named) == 1 else None
        return self._known(pk) if pk in self.shown else None

    def _known(self, pk: UUID) -> Known:
        row, entry = self.rows[pk], self.shown[pk]
        raw = {name: entry[column] for name, column in zip(METADATA, ENTRY_FIELDS, strict=True)}
        values = {name: plain(value) for name, value in raw.items()}
        if raw["source_system"]:
            values["source_system"] = str(raw["source_system"])
        updated = row.data_updated_at
        values["data_updated_on"] = timezone.localdate(updated).isoformat() if updated else None
        is_ours = row.source != self.source
        return Known(
            id=pk,
            department_id=row.department_id,
            category_id=row.category_id,
            code=row.code,
            is_ours=is_ours,
            is_attached=row.is_attached,
            base={} if is_ours else row.source_values,
            entry_id=entry["id"],
            state=entry["state"],
            last_number=entry["last_number"],
            values=values,
            raw=raw,
            items=self.items.get(entry["id"], []),
            published_id=row.published_id,
        )


def _shown_versions(rows: Mapping[UUID, Resource]) -> dict[UUID, dict[str, Any]]:
    """Of each resource the version in work, else the one in force, else the last one withdrawn."""
    last = dict(
        Entry.objects.filter(resource_id__in=rows)
        .values_list("resource_id")
        .annotate(last=Max("number"))
        .order_by()
    )
    found: dict[UUID, dict[str, Any]] = {}
    versions = Entry.objects.filter(resource_id__in=rows, state__in=_SHOWN).order_by("number")
    columns = ("id", "resource_id", "state", "number", "name_key", *ENTRY_FIELDS)
    for entry in versions.values(*columns):
        former = found.get(entry["resource_id"])
        if former is None or _rank(entry["state"]) >= _rank(former["state"]):
            found[entry["resource_id"]] = {**entry, "last_number": last[entry["resource_id"]]}
    return found


def _rank(state: str) -> int:
    return 2 if state in IN_PROGRESS else 1 if state == "published" else 0


def _items(entry_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = {}
    rows = Item.objects.filter(entry_id__in=entry_ids).order_by("entry_id", "position")
    for item in rows.values("entry_id", *ITEM_FIELDS):
        found.setdefault(item.pop("entry_id"), []).append(item)
    return found
