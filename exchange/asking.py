"""What a department may ask for: rules of a sharing request before it is written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Department, InformationSystem
from accounts.states import RUNNING
from catalog.items import effective_share_type
from catalog.models import Entry, Resource
from catalog.vocabulary import ShareType
from exchange.bounds import read_bounds
from exchange.errors import GrantEnded, GrantTooWide, NotShared, NotYourSystem
from exchange.models import Grant, SharingRequest
from exchange.states import GRANT_RUNNING
from kernel.errors import Invalid
from kernel.texts import Text

# What one request may take over from another.
STATEMENTS = (
    "items",
    "verify_items",
    "modes",
    "basis",
    "basis_number",
    "basis_clause",
    "scenario",
    "scope",
    "purposes",
    "systems",
    "networks",
    "calls_per_day",
    "rows_per_day",
    "frequency",
    "is_return_flow",
    "ends_on",
)


def statements_of(request: SharingRequest) -> dict[str, Any]:
    """What a request said, by column, to be said again of another."""
    return {name: getattr(request, name) for name in STATEMENTS}


def check_asked(
    resource: Resource, entry: Entry, system: InformationSystem, actor: Actor, asked: dict[str, Any]
) -> dict[str, Any]:
    """The statements in their one form, if this actor may make them of this resource.

    NotShared if the resource is not shared; Invalid names the field that is not right.
    """
    if entry.share_type == ShareType.NOT_SHARED:
        raise NotShared(entry.refusal_reason, legal_basis=entry.legal_basis)
    if resource.department_id == actor.department_id:
        raise Invalid.field("resource", "is your own department's", "own-resource")
    asked = asked | read_bounds(asked)
    asked["systems"] = _check_systems(system, asked.get("systems", ()), actor)
    check_items(entry, asked["items"], asked.get("verify_items", ()))
    _check_modes(entry, asked["modes"])
    _check_end(asked["ends_on"])
    if asked.get("is_return_flow"):
        _check_return_flow(resource.department, system.department)
    return asked


def check_items(entry: Entry, items: Sequence[str], verify_items: Iterable[str]) -> None:
    """Invalid unless the version shares each of them, none twice, the key among the items."""
    verify = list(verify_items)
    _check_shared(entry, "items", items)
    _check_shared(entry, "verify_items", verify)
    twice = sorted(set(items) & set(verify))
    if twice:
        raise Invalid.field(
            "verify_items", Text("{name!r} is among the items already", name=twice[0]), "twice"
        )
    for name, names in (("items", items), ("verify_items", verify)):
        if len(set(names)) < len(names):
            raise Invalid.field(name, "names an item twice", "twice")
    check_key(entry, items)


def check_key(entry: Entry, items: Iterable[str]) -> None:
    """Changes name their rows by the key, so that no request or grant can be without it."""
    keys = {item.column for item in entry.items.all() if item.is_key}
    missing = sorted(keys - set(items))
    if missing:
        raise GrantTooWide.field(
            "items",
            Text("the key item {name!r} must be among them", name=missing[0]),
            "key-missing",
        )


def check_amended(grant: Grant, resource: Resource, system: InformationSystem) -> None:
    """Refused unless the grant runs and is this system's, of this resource."""
    if grant.resource_id != resource.pk or grant.system_id != system.pk:
        raise Invalid.field(
            "amends", "must be a grant of this resource to this system", "another-grant"
        )
    if grant.state not in GRANT_RUNNING:
        raise GrantEnded("ask for a new grant", grant=str(grant.pk))


def _check_systems(system: InformationSystem, further: Iterable[Any], actor: Actor) -> list[Any]:
    """The further systems, without the one that is named first."""
    if system.department_id != actor.department_id or system.state not in RUNNING:
        raise NotYourSystem.field("system", "must be a running system of your department")
    wanted = [pk for pk in further if pk != system.pk]
    own = InformationSystem.objects.filter(
        pk__in=wanted, department_id=actor.department_id, state__in=RUNNING
    )
    if own.count() < len(wanted):
        raise NotYourSystem.field("systems", "must be running systems of your department")
    return wanted


def shared_columns(entry: Entry) -> set[str]:
    """The items that the version shares."""
    return {
        item.column
        for item in entry.items.all()
        if effective_share_type(item, entry) != ShareType.NOT_SHARED
    }


def _check_shared(entry: Entry, name: str, items: Iterable[str]) -> None:
    strange = sorted(set(items) - shared_columns(entry))
    if strange:
        raise Invalid.field(
            name, Text("{name!r} is not a shared item", name=strange[0]), "unknown-item"
        )


def _check_modes(entry: Entry, modes: Iterable[str]) -> None:
    strange = sorted(set(modes) - set(entry.share_modes))
    if strange:
        known = ", ".join(entry.share_modes)
        raise Invalid.field(
            "modes", Text("the catalogue offers: {known}", known=known), "mode-not-offered"
        )


def _check_end(ends_on: date) -> None:
    if ends_on <= timezone.localdate():
        raise Invalid.field("ends_on", "must be a day to come")


def _check_return_flow(provider: Department, requester: Department) -> None:
    """Data flows back to the level below whose area it is about (Order 809 Art. 24)."""
    above, below = provider.division_code[:6], requester.division_code[:6]
    area = above.rstrip("0")
    area += "0" * (len(area) % 2)
    if above == below or not below.startswith(area):
        raise Invalid.field(
            "is_return_flow", "is for departments of a lower level in the same area", "not-below"
        )


def missing_statements(values: Mapping[str, Any]) -> list[str]:
    """The statements without which there is no request, as far as they are not said."""
    needed = ("items", "modes", "basis", "scenario", "scope", "purposes", "ends_on")
    return [name for name in needed if name not in values]
