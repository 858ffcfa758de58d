"""Everything that can happen to a subscription."""

import json
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.vocabulary import ShareMode
from exchange.dataplane.webhooks import new_secret
from exchange.destinations import require_drop, require_sink, require_webhook
from exchange.errors import NothingAttached
from exchange.lanes import fence
from exchange.models import Dataset, Grant, Subscription
from exchange.projected import forget_files
from exchange.querysets import SubscriptionQuerySet
from exchange.rights import live_grant, purpose_for, require_live, require_mode, require_system
from exchange.states import SUBSCRIPTION
from kernel.jobs import wake
from kernel.sealing import seal


def open_subscription(
    grant: Grant,
    *,
    actor: Actor,
    mode: str,
    url: str = "",
    dsn: str = "",
    target_schema: str = "",
    target_table: str = "",
    file_format: str = "",
    file_name: str = "",
    secrets: dict[str, str] | None = None,
    purpose: str = "",
    system_id: UUID | None = None,
) -> tuple[Subscription, str]:
    """Put a grant to use; for a webhook also the signing secret, which is shown this once.

    The destination is tried before anything is stored: DestinationRefused says what to mend.
    ``purpose`` holds for every delivery; it need not be said where the grant names only one. The
    system is the grant's own unless another one that the grant names is given.
    """
    require(actor, Perm.SUBSCRIPTION_OPEN, grant.department_id)
    grant = live_grant(grant.pk)
    if system_id:
        require_system(grant, system_id)
    dataset = Dataset.objects.filter(resource_id=grant.resource_id).first()
    if dataset is None:
        raise NothingAttached("wait until the provider attaches a dataset")
    require_mode(grant, ShareMode.DATABASE)
    if not purpose and len(grant.purposes) == 1:
        purpose = grant.purposes[0]
    purpose = purpose_for(grant, purpose)
    secret = told = ""
    if mode == Subscription.Mode.WEBHOOK:
        require_webhook(url)
        secret = new_secret()
    elif mode == Subscription.Mode.SINK:
        require_sink(dsn)
    elif mode == Subscription.Mode.FILE:
        told = json.dumps(secrets or {}, sort_keys=True)
        require_drop(url, told, str(grant.pk))
    sealed = secret or dsn or told
    subscription = Subscription(
        grant=grant,
        dataset=dataset,
        department_id=grant.department_id,
        system_id=system_id or grant.system_id,
        mode=mode,
        purpose=purpose,
        url=url,
        target_schema=target_schema,
        target_table=target_table or file_name,
        file_format=file_format,
        sealed=seal(sealed) if sealed else "",
    )
    _open(subscription, actor)
    return subscription, secret


@transaction.atomic
def _open(subscription: Subscription, actor: Actor) -> None:
    # The lock keeps a revocation from passing between the check and the new lane.
    locked = Grant.objects.select_for_update().get(pk=subscription.grant_id)
    require_live(locked)
    subscription.save(force_insert=True)
    audit.record(
        actor, "subscription.opened", subscription, mode=subscription.mode, grant=str(locked.pk)
    )
    wake("exchange.deliver_due")


@transaction.atomic
def pause_subscription(subscription: Subscription, *, actor: Actor, reason: str) -> Subscription:
    """Deliver nothing for now; nothing is skipped, the lane goes on from its place."""
    require(actor, Perm.SUBSCRIPTION_OPEN, subscription.department_id)
    SUBSCRIPTION.move(subscription, "pause", state_reason=reason)
    audit.record(actor, "subscription.paused", subscription, reason=reason)
    return subscription


@transaction.atomic
def resume_subscription(subscription: Subscription, *, actor: Actor) -> Subscription:
    """Deliver again, from the place where it stopped."""
    require(actor, Perm.SUBSCRIPTION_OPEN, subscription.department_id)
    SUBSCRIPTION.move(
        subscription, "resume", state_reason="", attempts=0, next_attempt_at=timezone.now()
    )
    audit.record(actor, "subscription.resumed", subscription)
    wake("exchange.deliver_due")
    return subscription


@transaction.atomic
def end_subscription(subscription: Subscription, *, actor: Actor, reason: str) -> Subscription:
    """Stop for good; the grant stays."""
    require(actor, Perm.SUBSCRIPTION_OPEN, subscription.department_id)
    SUBSCRIPTION.move(subscription, "end", state_reason=reason)
    audit.record(actor, "subscription.ended", subscription, reason=reason)
    return subscription


@transaction.atomic
def restart_lanes(grant: Grant, *, actor: Actor) -> int:
    """After a new edition: what is under way ends, databases are loaded anew; how many lanes.

    Cursors name the edition, so that systems that pull are sent back to the table.
    """
    require(actor, Perm.GRANT_REVOKE, grant.provider_id)
    transaction.on_commit(lambda: forget_files(grant))
    lanes = _lanes(grant)
    restarted = fence(lanes)
    lanes.filter(mode__in=("sink", "file")).update(
        reload=True, attempts=0, next_attempt_at=timezone.now()
    )
    audit.record(actor, "grant.lanes_restarted", grant, lanes=restarted, edition=grant.edition)
    wake("exchange.deliver_due")
    return restarted


@transaction.atomic
def hold_lanes(grant: Grant, *, actor: Actor, reason: str) -> int:
    """The grant is suspended: what is under way ends, nothing new starts; how many lanes.

    The lanes keep their states and places; none is taken while the grant is not in force.
    """
    require(actor, Perm.GRANT_SUSPEND, grant.provider_id)
    transaction.on_commit(lambda: forget_files(grant))
    held = fence(_lanes(grant))
    audit.record(actor, "grant.lanes_held", grant, lanes=held, reason=reason)
    return held


@transaction.atomic
def release_lanes(grant: Grant, *, actor: Actor) -> int:
    """The grant is in force again: its lanes go on from their places; how many."""
    require(actor, Perm.GRANT_SUSPEND, grant.provider_id)
    released = _lanes(grant).update(attempts=0, next_attempt_at=timezone.now())
    audit.record(actor, "grant.lanes_released", grant, lanes=released)
    wake("exchange.deliver_due")
    return released


def _lanes(grant: Grant) -> SubscriptionQuerySet[Subscription]:
    """The grant's lanes that have not ended, locked in the order in which everybody locks them."""
    running = grant.subscriptions.filter(state__in=("active", "paused")).order_by("pk")
    locked = list(running.select_for_update().values_list("pk", flat=True))
    return Subscription.objects.filter(pk__in=locked)
