"""What a grant opens now: its terms, less what the catalogue no longer shares.

Each read asks anew, so an end, a suspension or a changed share type needs no message to anybody.
"""

from collections.abc import Collection, Iterable
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may_everywhere, require
from catalog.errors import NotInForce
from catalog.items import effective_share_type, entry_in_force
from catalog.vocabulary import ShareMode, ShareType
from exchange.calls import Call
from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.errors import Terminal
from exchange.dataplane.masks import Mask, read_masks
from exchange.dataplane.schema import Schema
from exchange.errors import (
    GrantEnded,
    GrantExpired,
    GrantSuspended,
    ItemNotGranted,
    ModeNotGranted,
    NetworkNotGranted,
    NotGranted,
    NotThePublisher,
    PurposeMissing,
    PurposeNotGranted,
)
from exchange.models import Dataset, Grant, Subscription
from exchange.states import GRANT_STOPPED
from exchange.tables import current_schema
from kernel.days import today
from kernel.errors import Forbidden
from kernel.sealing import unseal
from kernel.texts import Text


def require_publisher(dataset: Dataset, actor: Actor) -> None:
    """NotThePublisher unless it is the dataset's system, or a person whom the gate lets publish."""
    require(actor, Perm.BATCH_PUBLISH, dataset.department_id)
    if actor.kind == "system" and actor.id != dataset.system_id:
        raise NotThePublisher("use the credential of the system named in the dataset")


def live_grant(grant_id: UUID) -> Grant:
    """The grant as the database has it this moment, if it is in force.

    Else GrantExpired, GrantSuspended or, for every other end, GrantEnded.
    """
    grant = Grant.objects.select_related("resource").get(pk=grant_id)
    require_live(grant)
    return grant


def require_live(grant: Grant) -> None:
    """GrantEnded, GrantExpired or GrantSuspended unless the grant is in force today."""
    told = str(grant.pk)
    running = grant.state in ("active", *GRANT_STOPPED)
    if not running and grant.state != "expired":
        raise GrantEnded("ask the provider for a new grant", grant=told)
    if grant.state == "expired" or grant.ends_on < today():
        raise GrantExpired("ask the provider for a new term", grant=told)
    if grant.state in GRANT_STOPPED:
        raise GrantSuspended("its holder must rectify it, the provider resumes it", grant=told)


def disclosure_of(grant: Grant, dataset: Dataset, shared: set[str] | None = None) -> Disclosure:
    """Everything that the grant shows of the dataset today: items, masks and rows.

    ``shared`` are the items that the catalogue shares, where they were asked for a moment ago.

    An item that the catalogue has moved to 不予共享 is left out at once (Order 809 Art. 14-15).
    GrantEnded if the key is no longer shared, or if the terms do not fit the data any more: a row
    condition that cannot be read shows no row.
    """
    return disclosure_under(grant, current_schema(dataset), shared)


def disclosure_under(grant: Grant, schema: Schema, shared: set[str] | None = None) -> Disclosure:
    """The same of records that keep to this schema, wherever they come from."""
    shared = shared_items(grant) if shared is None else shared
    names = tuple(name for name in schema.names if name in grant.items and name in shared)
    if not names or not set(schema.key) <= set(names):
        raise GrantEnded("the catalogue no longer shares these items", grant=str(grant.pk))
    try:
        masks = read_masks({n: m for n, m in grant.masks.items() if n in names}, schema)
        return Disclosure(
            schema=schema,
            names=names,
            masks=masks,
            condition=parse_condition(grant.condition, schema) if grant.condition else None,
            salt=_salt(grant, masks),
        )
    except Terminal as unfit:
        raise GrantEnded(
            "the data has changed so that the terms of this grant no longer fit it; "
            "ask the provider for a new edition",
            grant=str(grant.pk),
            reason=unfit.code,
        ) from unfit


def _salt(grant: Grant, masks: dict[str, Mask]) -> bytes:
    hashed = any(mask.kind == "hash" for mask in masks.values())
    return bytes.fromhex(unseal(grant.sealed_salt)) if hashed and grant.sealed_salt else b""


def granted_schema(grant: Grant, dataset: Dataset) -> Schema:
    """The schema of what the grant shows today; masks change the types of items."""
    return disclosure_of(grant, dataset).shown


def shared_items(grant: Grant) -> set[str]:
    """The items of the grant's resource that the catalogue shares now."""
    try:
        entry = entry_in_force(grant.resource)
    except NotInForce as withdrawn:
        raise GrantEnded(
            "the resource was withdrawn from the catalogue", grant=str(grant.pk)
        ) from withdrawn
    return {
        item.column
        for item in entry.items.all()
        if effective_share_type(item, entry) != ShareType.NOT_SHARED
    }


def verifiable_items(
    grant: Grant, disclosure: Disclosure, shared: Collection[str] | None = None
) -> list[str]:
    """The items that may be compared with a claim: those shown as they are, and those to verify.

    Not those behind a mask, which would be guessed and confirmed. ``shared`` are the items that
    the catalogue shares, where they were asked for a moment ago.
    """
    plain = {name for name in disclosure.names if name not in disclosure.masks}
    asked = plain | set(grant.verify_items).intersection(
        shared_items(grant) if shared is None else shared
    )
    return [name for name in disclosure.schema.names if name in asked]


def require_call(
    grant: Grant, *, actor: Actor, call: Call, mode: ShareMode, default_purpose: str = ""
) -> str:
    """The purpose of the call, if the grant lets this system call so from there for that."""
    require_system(grant, actor.id)
    require_mode(grant, mode)
    if grant.networks and not _inside(actor.address, grant.networks):
        raise NetworkNotGranted(
            "call from one of the networks that the grant names", grant=str(grant.pk)
        )
    return purpose_for(grant, call.purpose or default_purpose)


def require_system(grant: Grant, system_id: UUID | None) -> None:
    """NotGranted unless the grant names the system."""
    if system_id != grant.system_id and system_id not in grant.systems:
        raise NotGranted("the grant names other systems of the department", grant=str(grant.pk))


def require_mode(grant: Grant, mode: ShareMode) -> None:
    """ModeNotGranted unless the grant names this way of sharing."""
    if mode not in grant.modes:
        raise ModeNotGranted(Text("the grant names {known}", known=grant.modes), needed=mode.value)


def purpose_for(grant: Grant, stated: str) -> str:
    """The purpose stated, if the grant names it; a grant of old without purposes needs none."""
    if not grant.purposes:
        return stated
    known = ", ".join(grant.purposes)
    if not stated:
        raise PurposeMissing(
            Text("send X-Purpose; the grant names {known}", known=known), purposes=grant.purposes
        )
    if stated not in grant.purposes:
        raise PurposeNotGranted(
            Text("the grant names {known}", known=known), purposes=grant.purposes
        )
    return stated


def _inside(address: str, networks: Iterable[str]) -> bool:
    try:
        there = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(there, "ipv4_mapped", None)
    return any((mapped or there) in ip_network(network) for network in networks)


def readable(subscription: Subscription, mode: ShareMode = ShareMode.DATABASE) -> Grant:
    """The living grant behind a subscription that may read now."""
    subscription.refresh_from_db(fields=["state"])
    if subscription.state == "ended":
        # Why it ended says more than that it did.
        live_grant(subscription.grant_id)
        raise GrantEnded("this subscription has ended; open a new one")
    grant = live_grant(subscription.grant_id)
    require_mode(grant, mode)
    return grant


def shows_still(subscription_id: UUID, digest: str) -> bool:
    """Whether a subscription still shows exactly what it did: asked while a long answer runs."""
    lane = Subscription.objects.select_related("dataset__schema").get(pk=subscription_id)
    try:
        return disclosure_of(readable(lane), lane.dataset).digest == digest
    except Forbidden:
        return False


def sees_every_row(dataset: Dataset, actor: Actor) -> bool:
    """Whether nothing hides rows from the actor: it supervises, or holds a grant of all rows."""
    if may_everywhere(actor, Perm.DATASET_VIEW):
        return True
    held = Grant.objects.live().filter(resource_id=dataset.resource_id, condition="")
    return held.filter(department_id__in=[actor.department_id]).exists()


def grant_for_lookup(dataset: Dataset, actor: Actor, call: Call | None = None) -> Grant:
    """The living grant under which this system asks for single records of the dataset.

    Of several the youngest, of those that name the interface and the stated purpose if there are
    such. Where none lives, the refusal says how the youngest ended.
    """
    return grant_for_calls(dataset.resource_id, actor, call)


def grant_for_calls(resource_id: UUID, actor: Actor, call: Call | None = None) -> Grant:
    """The same for whatever answers calls under the resource."""
    named = Q(system_id=actor.id) | Q(systems__contains=[actor.id])
    found = Grant.objects.filter(named, resource_id=resource_id)
    return best_grant(list(found.select_related("resource").order_by("-created_at")), call)


def best_grant(grants: list[Grant], call: Call | None) -> Grant:
    """Of the grants that name a system the one for this call, by the same rule."""
    if not grants:
        raise NotGranted("ask the provider for a grant that names this system")
    purpose = call.purpose if call else ""
    best = grants[0]
    if len(grants) > 1:
        best = max(grants, key=lambda grant: _fitness(grant, purpose))
    require_live(best)
    require_mode(best, ShareMode.INTERFACE)
    return best


def _fitness(grant: Grant, purpose: str) -> tuple[Any, ...]:
    try:
        require_live(grant)
    except Forbidden as ended:
        # One that can be resumed says more than one that is over.
        return (0, isinstance(ended, GrantSuspended), grant.created_at)
    return (1, ShareMode.INTERFACE in grant.modes, purpose in grant.purposes, grant.created_at)


def only_granted(names: list[str], schema: Schema, field: str) -> list[str]:
    """The names, if the grant opens each; ItemNotGranted says which it does not."""
    strange = sorted(set(names) - set(schema.names))
    if strange:
        known = ", ".join(schema.names)
        raise ItemNotGranted.field(
            field,
            Text("{name!r} is not granted; the items are: {known}", name=strange[0], known=known),
            "item-not-granted",
        )
    return names


def only_plain(names: Iterable[str], disclosure: Disclosure, field: str) -> None:
    """ItemNotGranted if one of the items is masked: whoever may ask by it confirms guesses."""
    hidden = sorted(set(names) & set(disclosure.masks))
    if hidden:
        raise ItemNotGranted.field(
            field,
            Text("{name!r} is shown masked and finds nothing", name=hidden[0]),
            "item-not-granted",
        )
