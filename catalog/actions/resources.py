"""The provider's deeds on its resources: draft, change, submit, revise, withdraw."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import require
from catalog.actions.adjustments import follow_adjustments
from catalog.codes import holds_resources
from catalog.errors import (
    CategoryFixed,
    CategoryInvalid,
    EntryIncomplete,
    NameTaken,
    NotEditable,
    NotInForce,
    PlacementTaken,
    RevisionOpen,
)
from catalog.gates import filing_faults
from catalog.metadata import ITEM_CARRIED, METADATA
from catalog.models import Category, Entry, Item, Resource
from catalog.names import name_key
from catalog.search import indexing
from catalog.states import EDITABLE, ENTRY, EVER_IN_FORCE, HOLDING_NAME, IN_PROGRESS
from catalog.versions import hold, in_progress, item_values, items_of, require_unchanged
from kernel.errors import Forbidden, Invalid
from kernel.texts import Text

Values = Mapping[str, Any]


@transaction.atomic
def draft_resource(
    *, actor: Actor, category: Category, metadata: Values, items: Sequence[Values] = ()
) -> Entry:
    """Begin a resource of the actor's department: version 1, a draft that may have gaps.

    ``metadata`` has names of catalog.metadata.METADATA, each item names of ITEM_VALUES.
    """
    require(actor, Perm.RESOURCE_DRAFT, actor.department_id)
    if actor.department_id is None:
        raise Forbidden("only a department has resources")
    _check_category(category)
    _check_source(metadata, actor.department_id)
    resource = Resource.objects.create(department_id=actor.department_id, category=category)
    _check_name(resource, metadata["name"])
    entry = Entry.objects.create(
        resource=resource,
        department_id=resource.department_id,
        number=1,
        name_key=name_key(metadata["name"]),
        **metadata,
    )
    _write_items(entry, items)
    audit.record(actor, "resource.drafted", resource, number=1)
    return entry


@transaction.atomic
def change_resource(
    resource: Resource,
    *,
    actor: Actor,
    expected: int,
    values: Values,
    items: Sequence[Values] | None = None,
    category: Category | None = None,
) -> Entry:
    """Change the draft or returned version; ``items``, where given, replace all its items.

    ``expected`` is the resource's version that the caller read; Stale if it has passed.
    """
    require(actor, Perm.RESOURCE_DRAFT, resource.department_id)
    held = hold(resource)
    require_unchanged(held, expected)
    held.change()
    entry = in_progress(held)
    if entry.state not in EDITABLE:
        raise NotEditable(Text("the version is {state}", state=entry.state), state=entry.state)
    if category is not None and category.pk != held.category_id:
        _move_category(held, category)
    _check_source(values, held.department_id)
    if "name" in values:
        _check_name(held, values["name"])
        values = {**values, "name_key": name_key(values["name"])}
    entry.change(**values)
    if items is not None:
        carried = _carried(entry)
        entry.items.all().delete()
        _write_items(entry, items, carried)
    fields = sorted({*values, *(["items"] if items is not None else [])} - {"name_key"})
    audit.record(actor, "resource.changed", held, number=entry.number, fields=fields)
    return entry


@transaction.atomic
def submit_resource(resource: Resource, *, actor: Actor) -> Entry:
    """Hand the version in work to the department's head; EntryIncomplete names every gap."""
    require(actor, Perm.RESOURCE_SUBMIT, resource.department_id)
    held = hold(resource)
    entry = in_progress(held)
    # Two resources of one name could be submitted side by side; the department's row orders them.
    Department.objects.select_for_update(no_key=True).get(pk=held.department_id)
    _check_name(held, entry.name)
    ENTRY.move(
        entry,
        "submit",
        submitted_by=actor.id,
        approved_by=None,
        approved_at=None,
        reviewed_by=None,
        return_reason="",
    )
    found = filing_faults(entry)
    if found:
        raise EntryIncomplete(errors=[fault._asdict() for fault in found])
    held.change()
    audit.record(actor, "resource.submitted", held, number=entry.number)
    return entry


@transaction.atomic
def revise_resource(resource: Resource, *, actor: Actor, change_message: str) -> Entry:
    """Begin a new version as a copy of the last one that was in force, which stays as it is.

    ``change_message`` says why, for those who compare the two.
    """
    require(actor, Perm.RESOURCE_DRAFT, resource.department_id)
    if not change_message.strip():
        raise Invalid.field("change_message", "say why a new version is begun", "required")
    held = hold(resource)
    if held.entries.filter(state__in=IN_PROGRESS).exists():
        raise RevisionOpen("finish the version in work first")
    former = held.entries.filter(state__in=EVER_IN_FORCE).order_by("-number").first()
    if former is None:
        raise NotInForce("it was never published; there is nothing to revise")
    entry = Entry.objects.create(
        resource=held,
        department_id=held.department_id,
        number=held.entries.aggregate(last=Max("number"))["last"] + 1,
        change_message=change_message,
        name_key=former.name_key,
        **{name: getattr(former, name) for name in METADATA},
    )
    _write_items(entry, [item_values(item) for item in items_of(former)], _carried(former))
    held.change()
    audit.record(actor, "resource.revised", held, number=entry.number)
    return entry


@transaction.atomic
def withdraw_resource(resource: Resource, *, actor: Actor, reason: str) -> Entry:
    """Take the published version out of force; the resource keeps its code and its history."""
    require(actor, Perm.RESOURCE_WITHDRAW, resource.department_id)
    held = hold(resource)
    entry = held.entries.filter(state="published").first()
    if entry is None:
        raise NotInForce("there is nothing to withdraw")
    ENTRY.move(entry, "withdraw", withdrawn_at=timezone.now(), withdrawal_reason=reason)
    held.change(published=None)
    indexing.refresh([held.pk])
    follow_adjustments(entry, actor=actor)
    audit.record(actor, "resource.withdrawn", held, number=entry.number, code=held.code)
    return entry


def _carried(entry: Entry) -> dict[str, dict[str, UUID]]:
    """What the authority said of the items, by column: it outlasts the provider's edits."""
    names = [f"{name}_id" for name in ITEM_CARRIED]
    return {row.pop("column"): row for row in entry.items.values("column", *names)}


def _write_items(
    entry: Entry, items: Sequence[Values], carried: Mapping[str, Values] | None = None
) -> None:
    columns = [item["column"] for item in items]
    twice = [
        {
            "pointer": f"#/items/{place}/column",
            "code": "column-twice",
            "detail": f"{column!r} names an item further up; give each item its own column",
        }
        for place, column in enumerate(columns)
        if column in columns[:place]
    ]
    if twice:
        raise Invalid(errors=twice)
    Item.objects.bulk_create(
        Item(entry=entry, position=place, **values, **(carried or {}).get(values["column"], {}))
        for place, values in enumerate(items, start=1)
    )


def _check_category(category: Category) -> None:
    if not holds_resources(category.code):
        raise CategoryInvalid.field(
            "category", "choose a class of the second level (项, 3 digits) or below", "too-high"
        )


def _move_category(resource: Resource, category: Category) -> None:
    if resource.code is not None:
        raise CategoryFixed(
            Text("its code is {code}", code=resource.code), code_given=resource.code
        )
    _check_category(category)
    if resource.placements.filter(category=category).exists():
        raise PlacementTaken(Text("give its place in {code} up first", code=category.code))
    resource.change(category=category)


def _check_source(values: Values, department_id: object) -> None:
    source = values.get("source_system")
    if source is not None and source.department_id != department_id:
        raise Invalid.field(
            "source_system", "must be a system of the department itself", "not-own-system"
        )


def _check_name(resource: Resource, name: str) -> None:
    """NameTaken if another resource of the department holds the name.

    A draft holds none: it has no rights over those who come later and are ready first.
    """
    rivals = Entry.objects.filter(
        department_id=resource.department_id, name_key=name_key(name), state__in=HOLDING_NAME
    ).exclude(resource_id=resource.pk)
    if rivals.exists():
        raise NameTaken("choose a name that differs in more than spaces and punctuation")
