"""Bringing batches to subscribers, in order and at least once; once in effect to a database."""

import random
import time
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.obligations import meet_obligation
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import lanes, quotas, sinks
from exchange.dataplane import webhooks
from exchange.dataplane.errors import DataplaneError, Transient
from exchange.destinations import webhook_client
from exchange.errors import CursorExpired, GrantSuspended, QuotaExceeded
from exchange.lanes import Lease, LeaseLost
from exchange.models import Batch, Delivery, Grant, Subscription
from exchange.rights import disclosure_of, purpose_for, readable, require_system
from exchange.secrets import unseal
from exchange.states import SUBSCRIPTION
from exchange.tables import snapshot_at_head
from kernel.errors import DomainError, Unavailable
from kernel.failpoints import failpoint
from kernel.jobs import wake

log = structlog.get_logger(__name__)

Stopped = DataplaneError | DomainError
TURN_SECONDS = 30
LANES_PER_TURN = 50
# Beyond the schedule's attempts: workers that took the lane and died with it.
MOST_CLAIMS = 12


@dataclass(frozen=True)
class Delivered:
    """What was brought, for the books: batch, rows, what was shown, the receiver's status."""

    number: int
    digest: str
    grant: Grant
    items: tuple[str, ...]
    shown: str
    rows: int = 0
    status: int | None = None
    whole: bool = False


def deliver_due(*, actor: Actor) -> int:
    """Serve the lanes that are due, for one turn; the batches that arrived.

    A worker that dies loses its lanes when their leases run out; nothing is skipped.
    """
    require(actor, Perm.SUBSCRIPTION_READ)
    until = time.monotonic() + TURN_SECONDS
    arrived = 0
    for _ in range(LANES_PER_TURN):
        lease = lanes.claim_lane() if time.monotonic() < until else None
        if lease is None:
            return arrived
        arrived += _serve(lease, actor, until)
    wake("exchange.deliver_due")
    return arrived


def _serve(lease: Lease, actor: Actor, until: float) -> int:
    """Deliver one lane's batches until there is none, time is over, or one fails; how many."""
    lane = Subscription.objects.select_related("dataset__schema", "grant").get(
        pk=lease.subscription_id
    )
    before = lane.position
    try:
        _deliver_all(lane, lease, actor, until)
    except LeaseLost:
        log.info("lease_lost", subscription=str(lane.pk))
    return lane.position - before


def _deliver_all(lane: Subscription, lease: Lease, actor: Actor, until: float) -> None:
    if lane.attempts > MOST_CLAIMS:
        _park(lane, lease, "worker-lost: whoever took this batch never came back", actor)
        return
    first = True
    try:
        while time.monotonic() < until and _deliver_next(lane, lease, actor, first=first):
            lane.attempts, first = 1, False
        lanes.give_back(lease)
    except CursorExpired:
        lanes.reload(lease)
        lanes.give_back(lease)
    except (DataplaneError, DomainError) as fault:
        _failed(lane, lease, fault, actor)
    except LeaseLost:
        raise
    except Exception:
        # A bug in one lane must not end the turn of the others.
        log.exception("delivery_broke", subscription=str(lane.pk), number=lane.position + 1)
        _failed(lane, lease, Transient("internal", "the platform failed; see its log"), actor)


def _deliver_next(lane: Subscription, lease: Lease, actor: Actor, *, first: bool) -> bool:
    """Bring what comes next: a table that must be loaded anew, else the next batch; False if
    there is nothing."""
    following = Batch.objects.filter(dataset=lane.dataset, number=lane.position + 1)
    batch = following.select_related("dataset").first()
    if batch is None and not lane.reload:
        return False
    lanes.hold(lease)
    grant = readable(lane)
    require_system(grant, lane.system_id)
    purpose = purpose_for(grant, lane.purpose)
    disclosure = disclosure_of(grant, lane.dataset)
    started = time.monotonic()
    with lanes.kept(lease):
        if lane.mode != Subscription.Mode.SINK:
            if batch is None:
                return False
            done = _to_webhook(lane, batch, grant, disclosure.names)
        else:
            load = sinks.Load(lane, lease, grant, disclosure, purpose, prepare=first)
            brought = _to_sink(load, batch)
            if brought is None:
                lanes.settle(lease, 0, load.shape)
                return False
            done = brought
    failpoint("deliver.before_finish")
    _finish(lane, lease, done, actor, int((time.monotonic() - started) * 1000))
    failpoint("deliver.after_finish")
    return True


def _finish(
    lane: Subscription, lease: Lease, done: Delivered, actor: Actor, duration_ms: int
) -> None:
    """Book what arrived, under the lease."""
    with transaction.atomic():
        if done.whole:
            lanes.settle(lease, done.number, done.shown)
        else:
            lanes.advance(lease, done.number, done.shown)
        Delivery.objects.update_or_create(
            subscription=lane,
            number=done.number,
            defaults={
                "attempts": lane.attempts,
                "delivered_at": timezone.now(),
                "last_error": "",
                "rows": done.rows,
                "response_status": done.status,
                "duration_ms": duration_ms,
            },
        )
        audit.record(
            actor,
            "delivery.completed",
            lane,
            number=done.number,
            digest=done.digest,
            items=list(done.items),
            edition=done.grant.edition,
            rows=done.rows,
        )
        if done.rows:
            meet_obligation("C5", done.grant, actor=actor)
    lane.position, lane.reload, lane.shown_digest = done.number, False, done.shown


def _to_sink(load: sinks.Load, batch: Batch | None) -> Delivered | None:
    """The batch, or the table of today where the target's rows show something else; None if
    nothing was published yet."""
    shown = load.shape
    lane = load.lane
    changed = lane.reload or (lane.position > 0 and lane.shown_digest not in ("", shown))
    if batch is not None and not changed:
        file = sinks.apply_batch(load, batch)
        number, whole = batch.number, False
    else:
        snapshot = snapshot_at_head(lane.dataset)
        if snapshot is None:
            return None
        file = sinks.load_table(load, snapshot)
        number, whole = snapshot.number, True
    return Delivered(
        number=number,
        digest=file.digest,
        grant=load.grant,
        items=load.disclosure.names,
        shown=shown,
        rows=file.rows,
        whole=whole,
    )


def _to_webhook(
    lane: Subscription, batch: Batch, grant: Grant, items: tuple[str, ...]
) -> Delivered:
    """Say that a batch is ready; the data itself is pulled under the grant."""
    data: dict[str, object] = {
        "subscription": str(lane.pk),
        "dataset": str(lane.dataset_id),
        "number": batch.number,
        "changes": f"{settings.PUBLIC_URL}/api/v1/subscriptions/{lane.pk}/changes",
    }
    if not grant.condition:
        # Under a condition the batch's rows are more than the receiver may know of.
        data["rows"] = batch.rows
    event: dict[str, object] = {
        "type": "batch.published",
        "timestamp": batch.created_at.isoformat(),
        "data": data,
    }
    with webhook_client() as client:
        outcome = webhooks.send(
            lane.url, event, f"{lane.pk}.{batch.number}", [unseal(lane.sealed)], client
        )
    if not outcome.ok:
        raise WebhookFailed(outcome)
    return Delivered(
        number=batch.number,
        digest=batch.digest,
        grant=grant,
        items=items,
        shown=lane.shown_digest,
        status=outcome.status,
    )


class WebhookFailed(Transient):
    """The receiver did not take the call."""

    def __init__(self, outcome: webhooks.Outcome) -> None:
        super().__init__(outcome.error or f"http-{outcome.status}", outcome.detail)
        self.outcome = outcome


@transaction.atomic
def _failed(
    lane: Subscription,
    lease: Lease,
    fault: Stopped,
    actor: Actor,
) -> None:
    """Note the attempt and wait by the schedule; stop the lane when waiting cannot help."""
    # Holds the row: what a new holder of the lane has noted stays as it is.
    lanes.hold(lease)
    error = f"{fault.code}: {fault.detail}" if fault.detail else fault.code
    outcome = getattr(fault, "outcome", None)
    Delivery.objects.update_or_create(
        subscription=lane,
        number=lane.position + 1,
        defaults={
            "attempts": lane.attempts,
            "last_error": error[:400],
            "response_status": outcome.status if outcome else None,
            "duration_ms": outcome.duration_ms if outcome else 0,
        },
    )
    wait = _wait(fault, lane, outcome)
    if wait is None:
        _park(lane, lease, error, actor)
    elif isinstance(fault, QuotaExceeded | GrantSuspended):
        # Nobody failed: the attempt does not count.
        lanes.give_back(lease, wait_seconds=wait)
    else:
        lanes.give_back(lease, wait_seconds=wait, error=error)


def _wait(fault: Stopped, lane: Subscription, outcome: Any) -> float | None:
    """Seconds until the next attempt; None where waiting cannot help."""
    if isinstance(fault, QuotaExceeded):
        return float(quotas.seconds_left()) if quotas.fits_a_day(fault) else None
    if isinstance(fault, GrantSuspended):
        return 0
    if not isinstance(fault, Transient | Unavailable):
        return None
    if outcome and (outcome.gone or outcome.terminal):
        return None
    wait = webhooks.retry_delay(lane.attempts, random.uniform(-1, 1))  # noqa: S311
    if wait is not None and outcome and outcome.retry_after:
        wait = max(wait, outcome.retry_after)
    return wait


@transaction.atomic
def _park(lane: Subscription, lease: Lease, error: str, actor: Actor) -> None:
    """Stop at the batch that does not go through: never past it, and never in silence."""
    lanes.hold(lease)
    lanes.give_back(lease, error=error)
    SUBSCRIPTION.move(lane, "pause", state_reason=error[:400])
    audit.record(actor, "subscription.parked", lane, number=lane.position + 1, error=error[:400])
