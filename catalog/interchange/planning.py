"""What an import would do to each entry: new, changed, unchanged or wrong; writes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from catalog.interchange.columns import ENTRY_COLUMNS, plain
from catalog.interchange.findings import KEPT, NORMALISED, Finding, Wrong, cut, wrong
from catalog.interchange.merging import merge_items, merge_values, new_items, plain_items
from catalog.interchange.normalising import Incoming
from catalog.interchange.places import Categories, Departments
from catalog.names import name_key
from catalog.states import EDITABLE, IN_PROGRESS

NEW, CHANGED, UNCHANGED, WRONG = "new", "changed", "unchanged", "wrong"
# Of the resource itself; a new value makes no new version.
OF_RESOURCE = ("data_updated_on",)


@dataclass
class Known:
    """A resource that is there already, with the version that an import would build on.

    ``values`` and ``items`` are plain; ``base`` is what the source said last.
    """

    id: UUID
    department_id: UUID
    category_id: UUID
    code: str | None
    # It does not come from this source.
    is_ours: bool
    is_attached: bool
    base: Mapping[str, Any]
    entry_id: UUID
    state: str
    last_number: int
    values: dict[str, Any]
    # The metadata as the database has them.
    raw: dict[str, Any]
    items: list[dict[str, Any]]
    published_id: UUID | None = None


@dataclass
class Planned:
    """What becomes of one entry; ``values`` and ``items`` are those to write."""

    kind: str
    entry: Incoming
    key: str = ""
    department_id: UUID | None = None
    category_id: UUID | None = None
    known: Known | None = None
    values: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] | None = None
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def owner_id(self) -> UUID:
        """The department of an entry that is not wrong."""
        if self.department_id is None:
            raise ValueError("a wrong entry has no department")
        return self.department_id

    @property
    def class_id(self) -> UUID:
        """The class of an entry that is not wrong."""
        if self.category_id is None:
            raise ValueError("a wrong entry has no class")
        return self.category_id


@dataclass(frozen=True)
class World:
    """What the plan is made against; ``find`` gives the known resource of an entry or None."""

    departments: Departments
    categories: Categories
    find: Callable[[Incoming, str, UUID], Known | None]
    # (department, name or code of a system) -> its id.
    systems: Mapping[tuple[UUID, str], UUID] = field(default_factory=dict)
    in_force: bool = False


def plan(entries: Sequence[Incoming], keys: Sequence[str], world: World) -> list[Planned]:
    """What becomes of each entry, with its findings added to it."""
    taken: set[UUID] = set()
    names: dict[tuple[UUID, str], int] = {}
    planned = []
    for entry, key in zip(entries, keys, strict=True):
        one = _plan(entry, key, world, taken)
        planned.append(one)
        if one.department_id and one.kind != WRONG:
            _note_namesake(one, names)
    return planned


def _plan(entry: Incoming, key: str, world: World, taken: set[UUID]) -> Planned:
    one = Planned(WRONG, entry, key)
    _place(one, world)
    if entry.is_wrong or one.department_id is None:
        return one
    one.known = world.find(entry, key, one.department_id)
    _file_under(one, world)
    if entry.is_wrong:
        return one
    one.said = {name: plain(value) for name, value in entry.values.items()}
    if one.known is None:
        return _plan_new(one)
    if one.known.id in taken:
        return _refuse(one, "twice", "an entry further up is the same resource")
    taken.add(one.known.id)
    return _plan_known(one, one.known, world)


def _place(one: Planned, world: World) -> None:
    name, code = (one.entry.identity.get(key, "") for key in ("department", "credit_code"))
    try:
        one.department_id = world.departments.find(name, code)
    except Wrong as bad:
        _fault(one, "department", bad, name or code)
    _resolve_system(one, world)


def _file_under(one: Planned, world: World) -> None:
    """New entries need a class; one that is there stays where it is filed."""
    said, code = (one.entry.identity.get(key, "") for key in ("category", "code"))
    if one.known is not None and not said:
        return
    try:
        one.category_id = world.categories.find(said, code)
    except Wrong as bad:
        _fault(one, "category", bad, said)
        return
    if one.known is not None and one.category_id != one.known.category_id:
        column, detail = ENTRY_COLUMNS["category"].title, "it stays in the class where it is filed"
        one.entry.findings.append(
            Finding(one.entry.line, column, KEPT, "category-kept", cut(said), "", detail)
        )


def _fault(one: Planned, name: str, bad: Wrong, before: str) -> None:
    column = ENTRY_COLUMNS[name].title
    one.entry.findings.append(wrong(one.entry.line, column, bad.code, bad.detail, before))


def _resolve_system(one: Planned, world: World) -> None:
    text = one.entry.values.pop("source_system", "")
    if not text or one.department_id is None:
        return
    found = world.systems.get((one.department_id, text))
    if found is None:
        column = ENTRY_COLUMNS["source_system"].title
        detail = "the department has no system of this name or code"
        one.entry.findings.append(wrong(one.entry.line, column, "system-unknown", detail, text))
    else:
        one.entry.values["source_system"] = str(found)


def _plan_new(one: Planned) -> Planned:
    one.kind = NEW
    one.values = {n: v for n, v in one.entry.values.items() if v is not None}
    if one.entry.items is not None:
        one.items = new_items(one.entry.items)
        one.said["items"] = plain_items(one.entry.items)
    code = one.entry.identity.get("code")
    if code:
        column, detail = ENTRY_COLUMNS["code"].title, "codes are given here, in order"
        one.entry.findings.append(
            Finding(one.entry.line, column, NORMALISED, "code-given-here", cut(code), "", detail)
        )
    return one


def _plan_known(one: Planned, known: Known, world: World) -> Planned:
    if known.is_attached:
        # The exchange knows better when the data were last changed.
        one.entry.values.pop("data_updated_on", None)
    if known.department_id != one.department_id:
        return _refuse(one, "other-department", "this resource belongs to another department")
    _settle_shares(one.entry, known)
    one.said = {name: plain(value) for name, value in one.entry.values.items()}
    is_ours, base = known.is_ours, known.base
    one.values, kept = merge_values(one.entry.values, base, known.values, is_ours=is_ours)
    if one.entry.items is not None:
        one.items, kept_items = merge_items(
            one.entry.items, base.get("items"), known.items, is_ours=is_ours
        )
        one.said["items"] = plain_items(one.entry.items)
        kept += [f"信息项：{name}" for name in kept_items]
    for name in kept:
        one.entry.findings.append(_kept(one.entry, name, known))
    if not one.values and one.items is None:
        one.kind = UNCHANGED
        return one
    one.kind = CHANGED
    return _check_writable(one, known, world)


def _check_writable(one: Planned, known: Known, world: World) -> Planned:
    if set(one.values) <= set(OF_RESOURCE) and one.items is None:
        return one
    if known.state == "withdrawn":
        return _refuse(one, "withdrawn", "it was withdrawn; revise it to bring it back")
    if world.in_force and known.state in IN_PROGRESS:
        return _refuse(one, "revision-open", "a new version is in work; finish it first")
    if known.state in IN_PROGRESS and known.state not in EDITABLE:
        return _refuse(one, "not-editable", f"its version in work is {known.state}")
    return one


def _refuse(one: Planned, code: str, detail: str) -> Planned:
    title = ENTRY_COLUMNS["name"].title
    before = str(one.entry.values.get("name", ""))
    one.entry.findings.append(wrong(one.entry.line, title, code, detail, before))
    one.kind, one.values, one.items = WRONG, {}, None
    return one


def _kept(entry: Incoming, name: str, known: Known) -> Finding:
    column = ENTRY_COLUMNS[name].title if name in ENTRY_COLUMNS else name
    said, now = plain(entry.values.get(name)), known.values.get(name)
    detail = "the source says what it said before, or both changed it; the steward's word is kept"
    return Finding(entry.line, column, KEPT, "kept", cut(_told(said)), cut(_told(now)), detail)


def _told(value: Any) -> str:
    return "；".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _settle_shares(entry: Incoming, known: Known) -> None:
    """Rows that say how each item is shared say nothing new if each is shared so already."""
    if not entry.is_shared_by_row or entry.items is None:
        return
    own, whole = known.values.get("share_type"), entry.values.get("share_type")
    there = {name_key(str(i["name"])): i.get("share_type") or own for i in known.items}
    said = {name_key(str(i["name"])): i.get("share_type") or whole for i in entry.items}
    if own and all(there.get(name, share) == share for name, share in said.items()):
        entry.values["share_type"] = own
        for item in entry.items:
            share = said[name_key(str(item["name"]))]
            item["share_type"] = "" if share == own else share


def _note_namesake(one: Planned, names: dict[tuple[UUID, str], int]) -> None:
    """Two entries of one department with one name are both taken, and told to be looked at."""
    name = str(one.entry.values.get("name", ""))
    key = (one.owner_id, name_key(name))
    first = names.setdefault(key, one.entry.line)
    if first != one.entry.line and one.kind == NEW:
        column, detail = ENTRY_COLUMNS["name"].title, f"line {first} has this name too; both taken"
        one.entry.findings.append(
            Finding(one.entry.line, column, NORMALISED, "name-twice", cut(name), cut(name), detail)
        )
