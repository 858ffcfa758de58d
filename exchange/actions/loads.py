"""Lanes that carry the rows themselves: into a subscriber's database, or into files."""

import time

import structlog

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import drops, lanes, sinks
from exchange.actions.outcomes import (
    MOST_CLAIMS,
    Delivered,
    Failure,
    Stopped,
    broken,
    note_failures,
    note_load,
    park_lost,
)
from exchange.bookings import Load
from exchange.dataplane.errors import DataplaneError
from exchange.errors import CursorExpired
from exchange.lanes import Lease, LeaseLost
from exchange.models import Batch, Delivery, Subscription
from exchange.projected import Shown
from exchange.rights import disclosure_of, purpose_for, readable, require_system
from exchange.snapshots import fold_to
from exchange.tables import snapshot_at_head
from kernel.errors import DomainError
from kernel.failpoints import failpoint

log = structlog.get_logger(__name__)


def load_lane(lease: Lease, *, actor: Actor, until: float) -> int:
    """Bring one lane's batches until there is none, time is over, or one fails; how many."""
    require(actor, Perm.SUBSCRIPTION_READ)
    rows = Subscription.objects.select_related("dataset__schema", "grant")
    lane = rows.get(pk=lease.subscription_id)
    before, repeats = lane.position, 0
    try:
        repeats = _load_all(lane, lease, actor, until)
    except LeaseLost:
        log.info("lease_lost", subscription=str(lane.pk))
    return lane.position - before + repeats


def _load_all(lane: Subscription, lease: Lease, actor: Actor, until: float) -> int:
    """Load until the lane is given back, with or without an error; how many were repeats."""
    if lane.attempts > MOST_CLAIMS:
        park_lost(lane, lease, actor=actor)
        return 0
    repeats = 0
    try:
        repeats = _load_each(lane, lease, actor, until)
        lanes.give_back(lease)
    except CursorExpired:
        if lane.redeliver_next:
            lanes.end_repeats(lease)
        else:
            lanes.reload(lease)
        lanes.give_back(lease)
    except (DataplaneError, DomainError) as fault:
        _failed(lane, lease, fault, actor)
    except LeaseLost:
        raise
    except Exception:
        # A bug in one lane must not end the turn of the others.
        log.exception("delivery_broke", subscription=str(lane.pk), number=lane.position + 1)
        _failed(lane, lease, broken(), actor)
    return repeats


def _load_each(lane: Subscription, lease: Lease, actor: Actor, until: float) -> int:
    """Load one after the other; how many were repeats: each of them gives the lane back."""
    first = True
    while _load_next(lane, lease, actor, first=first):
        if lane.redeliver_next:
            return 1
        lane.attempts, first = 1, False
        if time.monotonic() >= until:
            break
    return 0


def _failed(lane: Subscription, lease: Lease, fault: Stopped, actor: Actor) -> None:
    number = lane.redeliver_next or lane.position + 1
    repeat = bool(lane.redeliver_next)
    note_failures([Failure(lane, lease, number, fault, is_repeat=repeat)], actor=actor)


def _load_next(lane: Subscription, lease: Lease, actor: Actor, *, first: bool) -> bool:
    """Bring what comes next; False if there is nothing."""
    number = lane.redeliver_next or lane.position + 1
    following = Batch.objects.filter(dataset=lane.dataset, number=number)
    batch = following.select_related("dataset").first()
    if batch is None and not lane.reload:
        return False
    lanes.hold(lease)
    grant = readable(lane)
    require_system(grant, lane.system_id)
    purpose = purpose_for(grant, lane.purpose)
    disclosure = disclosure_of(grant, lane.dataset)
    load = Load(lane, lease, grant, disclosure, purpose, prepare=first)
    started = time.monotonic()
    with lanes.kept(lease):
        done = _again(load, batch) if lane.redeliver_next and batch else _bring(load, batch)
        if done is None:
            lanes.settle(lease, 0, load.shape)
            return False
    failpoint("deliver.before_finish")
    duration = int((time.monotonic() - started) * 1000)
    note_load(lane, lease, done, actor=actor, duration_ms=duration)
    failpoint("deliver.after_finish")
    if not done.is_repeat:
        lane.position, lane.reload, lane.shown_digest = done.number, False, done.shown
    return True


def _bring(load: Load, batch: Batch | None) -> Delivered | None:
    """The batch, or the table of today where the target shows something else; None if nothing was
    published yet."""
    lane = load.lane
    is_file = lane.mode == Subscription.Mode.FILE
    changed = lane.reload or (lane.position > 0 and lane.shown_digest not in ("", load.shape))
    if batch is not None and not changed and not (is_file and not lane.shown_digest):
        shown = drops.put_batch(load, batch) if is_file else sinks.apply_batch(load, batch)
        return _delivered(load, batch.number, shown, whole=False)
    snapshot = snapshot_at_head(lane.dataset)
    if snapshot is None:
        return None
    shown = drops.put_table(load, snapshot) if is_file else sinks.load_table(load, snapshot)
    return _delivered(load, snapshot.number, shown, whole=True)


def _again(load: Load, batch: Batch) -> Delivered:
    """What was brought under this number the first time, as the grant shows it today."""
    noted = Delivery.objects.filter(subscription=load.lane, number=batch.number).first()
    whole = bool(noted and noted.is_table)
    if whole:
        shown = drops.put_table(load, fold_to(load.lane.dataset, batch.number))
    else:
        shown = drops.put_batch(load, batch)
    return _delivered(load, batch.number, shown, whole=whole, is_repeat=True)


def _delivered(
    load: Load, number: int, shown: Shown, *, whole: bool, is_repeat: bool = False
) -> Delivered:
    return Delivered(
        number=number,
        digest=shown.digest,
        grant=load.grant,
        items=load.disclosure.names,
        shown=load.shape,
        rows=shown.rows,
        whole=whole,
        is_repeat=is_repeat,
    )
