"""Everything that can happen to a subscription."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.vocabulary import ShareMode
from exchange.dataplane.egress_policy import check_url, resolve
from exchange.dataplane.errors import DataplaneError
from exchange.dataplane.webhooks import new_secret
from exchange.destinations import egress_policy, target_connection
from exchange.errors import DestinationRefused, GrantEnded, ModeNotGranted, NothingAttached
from exchange.models import Dataset, Grant, Subscription
from exchange.rights import live_grant
from exchange.secrets import seal
from exchange.states import SUBSCRIPTION
from kernel.jobs import wake


def open_subscription(
    grant: Grant,
    *,
    actor: Actor,
    mode: str,
    url: str = "",
    dsn: str = "",
    target_schema: str = "",
    target_table: str = "",
) -> tuple[Subscription, str]:
    """Put a grant to use; for a webhook also the signing secret, which is shown this once.

    The destination is tried before anything is stored: DestinationRefused says what to mend.
    """
    require(actor, Perm.SUBSCRIPTION_OPEN, grant.department_id)
    grant = live_grant(grant.pk)
    dataset = Dataset.objects.filter(resource_id=grant.resource_id).first()
    if dataset is None:
        raise NothingAttached("wait until the provider attaches a dataset")
    if ShareMode.DATABASE not in grant.modes:
        raise ModeNotGranted(f"the grant names {', '.join(grant.modes)}", needed="database")
    secret = ""
    if mode == Subscription.Mode.WEBHOOK:
        _check_webhook(url)
        secret = new_secret()
    elif mode == Subscription.Mode.SINK:
        _check_sink(dsn)
    subscription = Subscription(
        grant=grant,
        dataset=dataset,
        department_id=grant.department_id,
        system_id=grant.system_id,
        mode=mode,
        url=url,
        target_schema=target_schema,
        target_table=target_table,
        sealed=seal(secret or dsn) if secret or dsn else "",
    )
    _open(subscription, actor)
    return subscription, secret


@transaction.atomic
def _open(subscription: Subscription, actor: Actor) -> None:
    # The lock keeps a revocation from passing between the check and the new lane.
    locked = Grant.objects.select_for_update().get(pk=subscription.grant_id)
    if locked.state != "active":
        raise GrantEnded()
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


def _check_webhook(url: str) -> None:
    try:
        parts = check_url(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        resolve(parts.host, port, egress_policy(), plain=parts.scheme == "http")
    except DataplaneError as fault:
        raise DestinationRefused.field("url", fault.detail, fault.code) from fault


def _check_sink(dsn: str) -> None:
    try:
        target_connection(dsn).close()
    except DataplaneError as fault:
        raise DestinationRefused.field("dsn", fault.detail, fault.code) from fault
