"""Bringing batches to subscribers, in order and at least once; once in effect to a database."""

import random
import time
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
from exchange import lanes
from exchange.dataplane import webhooks
from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.postgres import PostgresSink
from exchange.dataplane.errors import DataplaneError, Transient
from exchange.destinations import target_connection, webhook_client
from exchange.errors import GrantEnded, ModeNotGranted
from exchange.lanes import Lease, LeaseLost
from exchange.models import Batch, Delivery, Subscription
from exchange.rights import granted_schema, readable
from exchange.secrets import unseal
from exchange.states import SUBSCRIPTION
from exchange.tables import batch_file
from kernel.failpoints import failpoint
from kernel.jobs import wake

log = structlog.get_logger(__name__)

Stopped = DataplaneError | GrantEnded | ModeNotGranted
TURN_SECONDS = 30
LANES_PER_TURN = 50
# Beyond the schedule's attempts: workers that took the lane and died with it.
MOST_CLAIMS = 12


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
    lane = Subscription.objects.select_related("dataset", "grant").get(pk=lease.subscription_id)
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
        while time.monotonic() < until:
            batch = Batch.objects.filter(dataset=lane.dataset, number=lane.position + 1).first()
            if batch is None:
                break
            _deliver(lane, batch, lease, actor, first=first)
            lane.position += 1
            lane.attempts, first = 1, False
        lanes.give_back(lease)
    except (DataplaneError, GrantEnded, ModeNotGranted) as fault:
        _failed(lane, lease, fault, actor)
    except LeaseLost:
        raise
    except Exception:
        # A bug in one lane must not end the turn of the others.
        log.exception("delivery_broke", subscription=str(lane.pk), number=lane.position + 1)
        _failed(lane, lease, Transient("internal", "the platform failed; see its log"), actor)


def _deliver(lane: Subscription, batch: Batch, lease: Lease, actor: Actor, *, first: bool) -> None:
    lanes.hold(lease)
    grant = readable(lane)
    schema = granted_schema(grant, lane.dataset)
    started = time.monotonic()
    with lanes.kept(lease):
        if lane.mode == Subscription.Mode.SINK:
            facts = _to_sink(lane, batch, schema, lease, prepare=first)
        else:
            facts = _to_webhook(lane, batch)
    failpoint("deliver.before_finish")
    facts["duration_ms"] = int((time.monotonic() - started) * 1000)
    with transaction.atomic():
        lanes.advance(lease, batch.number)
        Delivery.objects.update_or_create(
            subscription=lane,
            number=batch.number,
            defaults={
                "attempts": lane.attempts,
                "delivered_at": timezone.now(),
                "last_error": "",
                **facts,
            },
        )
        audit.record(
            actor,
            "delivery.completed",
            lane,
            number=batch.number,
            digest=batch.digest,
            items=list(schema.names),
            edition=grant.edition,
            rows=facts["rows"],
        )
        if lane.mode == Subscription.Mode.SINK:
            meet_obligation("C5", grant, actor=actor)
    failpoint("deliver.after_finish")


def _to_sink(
    lane: Subscription, batch: Batch, schema: Any, lease: Lease, *, prepare: bool
) -> dict[str, Any]:
    """Apply the batch and the offset in one transaction of the target database."""
    dsn = unseal(lane.sealed)
    sink = PostgresSink(
        lambda: target_connection(dsn),
        schema_name=lane.target_schema,
        table=lane.target_table,
        lane=str(lane.pk),
        schema=schema,
    )
    if prepare:
        sink.prepare()
    sink.apply(
        batch_file(batch),
        Position(lane.dataset.epoch, batch.number),
        # The last word before the target commits: a stale worker writes nothing.
        check=lambda: lanes.hold(lease),
    )
    return {"rows": batch.rows}


def _to_webhook(lane: Subscription, batch: Batch) -> dict[str, Any]:
    """Say that a batch is ready; the data itself is pulled under the grant."""
    event: dict[str, object] = {
        "type": "batch.published",
        "timestamp": batch.created_at.isoformat(),
        "data": {
            "subscription": str(lane.pk),
            "dataset": str(lane.dataset_id),
            "number": batch.number,
            "rows": batch.rows,
            "changes": f"{settings.PUBLIC_URL}/api/v1/subscriptions/{lane.pk}/changes",
        },
    }
    with webhook_client() as client:
        outcome = webhooks.send(
            lane.url, event, f"{lane.pk}.{batch.number}", [unseal(lane.sealed)], client
        )
    if not outcome.ok:
        raise WebhookFailed(outcome)
    return {"rows": 0, "response_status": outcome.status}


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
    number = lane.position + 1
    Delivery.objects.update_or_create(
        subscription=lane,
        number=number,
        defaults={
            "attempts": lane.attempts,
            "last_error": error[:400],
            "response_status": outcome.status if outcome else None,
            "duration_ms": outcome.duration_ms if outcome else 0,
        },
    )
    wait = webhooks.retry_delay(lane.attempts, random.uniform(-1, 1))  # noqa: S311
    final = not isinstance(fault, Transient) or (outcome and (outcome.gone or outcome.terminal))
    if wait is None or final:
        _park(lane, lease, error, actor)
        return
    if outcome and outcome.retry_after:
        wait = max(wait, outcome.retry_after)
    lanes.give_back(lease, wait_seconds=wait, error=error)


@transaction.atomic
def _park(lane: Subscription, lease: Lease, error: str, actor: Actor) -> None:
    """Stop at the batch that does not go through: never past it, and never in silence."""
    lanes.hold(lease)
    lanes.give_back(lease, error=error)
    SUBSCRIPTION.move(lane, "pause", state_reason=error[:400])
    audit.record(actor, "subscription.parked", lane, number=lane.position + 1, error=error[:400])
