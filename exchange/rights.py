"""What a grant opens now: its items, less what the catalogue no longer shares."""

from uuid import UUID

from django.utils import timezone

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.vocabulary import ShareMode, ShareType
from exchange.dataplane.schema import Schema
from exchange.errors import (
    GrantEnded,
    ItemNotGranted,
    ModeNotGranted,
    NotGranted,
    NotThePublisher,
)
from exchange.models import Dataset, Grant, Subscription
from exchange.tables import current_schema


def require_publisher(dataset: Dataset, actor: Actor) -> None:
    """NotThePublisher unless it is the dataset's system, or a person whom the gate lets publish."""
    require(actor, Perm.BATCH_PUBLISH, dataset.department_id)
    if actor.kind == "system" and actor.id != dataset.system_id:
        raise NotThePublisher("use the credential of the system named in the dataset")


def live_grant(grant_id: UUID) -> Grant:
    """The grant as the database has it this moment; GrantEnded unless it is in force."""
    grant = Grant.objects.select_related("resource__published").get(pk=grant_id)
    if grant.state != "active" or grant.ends_on < timezone.localdate():
        raise GrantEnded("ask the provider for a new grant", grant=str(grant.pk))
    return grant


def granted_schema(grant: Grant, dataset: Dataset) -> Schema:
    """The part of the dataset's schema that the grant opens today.

    An item that the catalogue has moved to 不予共享 is left out at once (Order 809 Art. 14-15).
    """
    entry = grant.resource.published
    if entry is None:
        raise GrantEnded("the resource was withdrawn from the catalogue", grant=str(grant.pk))
    shared = {
        item.column
        for item in entry.items.all()
        if (item.share_type or entry.share_type) != ShareType.NOT_SHARED
    }
    schema = current_schema(dataset)
    names = [name for name in schema.names if name in grant.items and name in shared]
    if not names or not set(schema.key) <= set(names):
        raise GrantEnded("the catalogue no longer shares these items", grant=str(grant.pk))
    return schema.select(names)


def readable(subscription: Subscription, mode: ShareMode = ShareMode.DATABASE) -> Grant:
    """The living grant behind a subscription that may read now."""
    subscription.refresh_from_db(fields=["state"])
    if subscription.state == "ended":
        raise GrantEnded("this subscription has ended; open a new one")
    grant = live_grant(subscription.grant_id)
    if mode not in grant.modes:
        raise ModeNotGranted(f"the grant names {', '.join(grant.modes)}", needed=mode)
    return grant


def grant_for_lookup(dataset: Dataset, actor: Actor) -> Grant:
    """The living grant that lets this system look up records of the dataset."""
    grants = Grant.objects.live().filter(resource_id=dataset.resource_id, system_id=actor.id)
    found = grants.order_by("-created_at").first()
    if found is None:
        raise NotGranted("ask the provider for a grant that names this system")
    grant = live_grant(found.pk)
    if ShareMode.INTERFACE not in grant.modes:
        raise ModeNotGranted(f"the grant names {', '.join(grant.modes)}", needed="interface")
    return grant


def only_granted(names: list[str], schema: Schema, field: str) -> list[str]:
    """The names, if the grant opens each; ItemNotGranted says which it does not."""
    strange = sorted(set(names) - set(schema.names))
    if strange:
        known = ", ".join(schema.names)
        raise ItemNotGranted.field(
            field, f"{strange[0]!r} is not granted; the items are: {known}", "item-not-granted"
        )
    return names
