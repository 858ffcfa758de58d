"""Bringing batches to subscribers, in order and at least once; once in effect to a database.

Calls to webhooks run in threads that need no database: this thread takes lanes, reads what they
are to say and books what came of it, many at a time. A lane that loads a database or puts down
files has a thread and a connection to itself.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import lanes
from exchange.actions.loads import load_lane
from exchange.actions.outcomes import (
    MOST_CLAIMS,
    Failure,
    broken,
    fault_of,
    note_calls,
    note_failures,
    park_lost,
)
from exchange.actions.retention import pass_expired
from exchange.announcing import Announcement, Due, Rights, announce, host_of, read_due
from exchange.dataplane.calling import Calls
from exchange.dataplane.errors import DataplaneError
from exchange.dataplane.webhooks import Outcome
from exchange.destinations import webhook_client
from exchange.lanes import Lease, LeaseLost
from kernel.errors import DomainError
from kernel.failpoints import failpoint
from kernel.jobs import wake

log = structlog.get_logger(__name__)

TURN_SECONDS = 30
# Calls under way in one process, of which DELIVERY_CALLS are quick; and to one host.
MOST_CALLS, PER_HOST = 256, 16
# Places to which connections stay open between two calls.
KEPT_PLACES = 100
# Lanes that failed before are tried apart from the others.
MOST_RETRIES, RETRIES_AT_ONCE, RETRIES_PER_HOST = 64, 16, 4
# Calls are booked when so many have ended, or this long after the last time.
BOOK, BOOK_SECONDS = 64, 0.05

Caller = Calls[Announcement, Outcome]
Loader = Calls[Lease, int]


def deliver_due(*, actor: Actor) -> int:
    """Serve the lanes that are due, for one turn; the batches that arrived.

    A worker that dies loses its lanes when their leases run out; nothing is skipped. A receiver
    that does not answer holds up no other.
    """
    require(actor, Perm.SUBSCRIPTION_READ)
    with ExitStack() as stack:
        turn = _begin(stack, actor)
        try:
            while turn.goes_on():
                turn.step()
        finally:
            turn.leave()
    if turn.is_over:
        wake("exchange.deliver_due")
    return turn.arrived


def _begin(stack: ExitStack, actor: Actor) -> "_Turn":
    until = time.monotonic() + TURN_SECONDS
    client = stack.enter_context(webhook_client(keep=KEPT_PLACES))
    send: Callable[[Announcement], Outcome] = lambda call: call.send(client)  # noqa: E731
    calls: Caller = Calls(send, at_once=settings.DELIVERY_CALLS, most=MOST_CALLS, per_host=PER_HOST)
    retries: Caller = Calls(
        send, at_once=RETRIES_AT_ONCE, most=MOST_RETRIES, per_host=RETRIES_PER_HOST
    )
    loads: Loader | None = None
    if settings.DELIVERY_LOADS:
        most = settings.DELIVERY_LOADS
        loads = stack.enter_context(
            Calls(_apart(actor, until), at_once=most, most=most, per_host=most)
        )
    callers = [stack.enter_context(calls), stack.enter_context(retries)]
    return _Turn(actor, until, callers, loads)


def _apart(actor: Actor, until: float) -> Callable[[Lease], int]:
    """Loads a lane in a thread with a connection of its own."""

    def load(lease: Lease) -> int:
        try:
            return load_lane(lease, actor=actor, until=until)
        except DatabaseError:
            # The lease runs out; another worker takes the lane.
            log.exception("load_broke", subscription=str(lease.subscription_id))
            return 0
        finally:
            connection.close()

    return load


@dataclass
class _Turn:
    """One turn of one worker: what is under way, until when new lanes are taken, what arrived."""

    actor: Actor
    until: float
    # Those whose last attempt did not fail, and those whose did.
    callers: list[Caller]
    loads: Loader | None
    arrived: int = 0
    is_over: bool = False
    # Whether everything that may be taken now was asked for, and there was none.
    is_dry: bool = False
    leases: dict[Lease, None] = field(default_factory=dict)
    renewed: float = field(default_factory=time.monotonic)

    def goes_on(self) -> bool:
        """Until nothing is due and nothing under way, or time is over and nothing under way."""
        return not (self.is_dry and self._is_idle)

    @property
    def _is_idle(self) -> bool:
        return all(pool.is_idle for pool in (*self.callers, self.loads) if pool)

    def step(self) -> None:
        """Take what may be taken now, then book what has ended."""
        if not self.is_over and time.monotonic() >= self.until:
            self.is_over = True
            self._put_back_waiting()
        self.is_dry = True
        if not self.is_over:
            self._take_loads()
        # As long as this worker is here for its loads, it may as well call.
        if not self.is_over or (self.loads and not self.loads.is_idle):
            for caller, failing in zip(self.callers, (False, True), strict=True):
                self._take_calls(caller, failing)
        self._renew()
        for caller in self.callers:
            self._book(caller.finished(BOOK, 0 if caller.is_idle else BOOK_SECONDS))
        if self.loads:
            calling = not all(caller.is_idle for caller in self.callers)
            done = self.loads.finished(1, 0 if calling else BOOK_SECONDS)
            self.arrived += sum(batches for _, batches in done)

    def leave(self) -> None:
        """Give back what was taken and not begun."""
        self._put_back_waiting()

    def _put_back_waiting(self) -> None:
        waiting = [call.lease for caller in self.callers for call in caller.take_waiting()]
        if self.loads:
            waiting += self.loads.take_waiting()
        if waiting:
            lanes.put_back(waiting)

    def _take_loads(self) -> None:
        room = self.loads.room if self.loads else 1
        leases = lanes.claim_lanes(room, lanes.LOADS) if room else []
        if leases or not room:
            self.is_dry = False
        if self.loads:
            self.loads.add((lease, str(lease.subscription_id)) for lease in leases)
            return
        for lease in leases:
            self.arrived += load_lane(lease, actor=self.actor, until=self.until)

    def _take_calls(self, caller: Caller, failing: bool) -> None:
        """Take as many lanes as there is room for, and begin their calls."""
        room = caller.room
        if not room or (room < BOOK // 4 and not caller.is_idle):
            self.is_dry = False
            return
        full = caller.full_hosts
        leases = lanes.claim_lanes(
            room, lanes.CALLS, failing=failing, without=full, own=self.leases
        )
        if leases or full:
            self.is_dry = False
        if leases:
            self._call(caller, leases)

    def _call(self, caller: Caller, leases: list[Lease]) -> None:
        rights, failures, calls = Rights(), [], []
        for due in read_due(leases):
            call = self._announced(due, rights)
            if isinstance(call, Failure):
                failures.append(call)
            elif call:
                self.leases[call.lease] = None
                calls.append((call, host_of(call.lane)))
        caller.add(calls)
        if failures:
            note_failures(failures, actor=self.actor)

    def _announced(self, due: Due, rights: Rights) -> Announcement | Failure | None:
        lane, lease = due.lane, due.lease
        try:
            if lane.attempts > MOST_CLAIMS:
                park_lost(lane, lease, actor=self.actor)
                return None
            if due.batch is None:
                lanes.give_back(lease, wait_seconds=TURN_SECONDS)
                return None
            if due.batch.recalled_by_id:
                # Nobody is given it any more, so nobody is told of it.
                lanes.advance_all({lease: due.number})
                return None
            batch = due.batch
            if batch.expired_at and not due.is_repeat:
                batch = pass_expired(lane, lease, actor=self.actor)
            return announce(due, batch, rights)
        except LeaseLost:
            return None
        except (DataplaneError, DomainError) as fault:
            return Failure(lane, lease, due.number, fault)
        except Exception:
            # A bug in one lane must not end the turn of the others.
            log.exception("delivery_broke", subscription=str(lane.pk), number=due.number)
            return Failure(lane, lease, due.number, broken())

    def _book(self, ended: list[tuple[Announcement, Outcome]]) -> None:
        if not ended:
            return
        for call, _ in ended:
            del self.leases[call.lease]
        taken = [(call, outcome) for call, outcome in ended if outcome.ok]
        failed = [_failure(call, outcome) for call, outcome in ended if not outcome.ok]
        if taken:
            failpoint("deliver.before_finish")
            self.arrived += note_calls(taken, actor=self.actor)
            failpoint("deliver.after_finish")
        if failed:
            note_failures(failed, actor=self.actor)

    def _renew(self) -> None:
        """A call that takes long keeps its lane."""
        if time.monotonic() - self.renewed > settings.LEASE_SECONDS / 3:
            self.renewed = time.monotonic()
            if self.leases:
                lanes.hold_all(list(self.leases))


def _failure(call: Announcement, outcome: Outcome) -> Failure:
    return Failure(
        lane=call.lane,
        lease=call.lease,
        number=call.number,
        fault=fault_of(outcome),
        outcome=outcome,
        duration_ms=outcome.duration_ms,
        is_repeat=call.is_repeat,
    )
