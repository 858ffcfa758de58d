"""What became of attempts to deliver: noted for everybody to see, and what follows for the lane.

Each deed follows from a delivery that was allowed; whoever lost the lane meanwhile notes nothing.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import notify_department
from accounts.actions.obligations import meet_obligation
from accounts.actor import Actor
from accounts.permissions import Role
from exchange import lanes, quotas
from exchange.announcing import Announcement
from exchange.dataplane import webhooks
from exchange.dataplane.errors import DataplaneError, Transient
from exchange.dataplane.webhooks import Outcome
from exchange.errors import GrantSuspended, QuotaExceeded
from exchange.lanes import Lease, LeaseLost
from exchange.models import Attempt, Delivery, Grant, Subscription
from exchange.states import SUBSCRIPTION
from kernel.errors import DomainError, Unavailable

# Beyond the schedule's attempts: workers that took the lane and died with it.
MOST_CLAIMS = 12
# The titles of the notices, which their verbs give: named here to be translated.
TITLES = (gettext_noop("Subscription parked"),)

Stopped = DataplaneError | DomainError


@dataclass(frozen=True)
class Delivered:
    """What was brought, for the books: batch, rows, what was shown."""

    number: int
    digest: str
    grant: Grant
    items: tuple[str, ...]
    shown: str
    rows: int = 0
    whole: bool = False
    is_repeat: bool = False


class Failure(NamedTuple):
    """An attempt at a batch that failed, and why; with the receiver's answer if there was one."""

    lane: Subscription
    lease: Lease
    number: int
    fault: Stopped
    outcome: Outcome | None = None
    duration_ms: int = 0
    is_repeat: bool = False

    @property
    def error(self) -> str:
        """For people: the code and what is behind it."""
        return f"{self.fault.code}: {self.fault.detail}" if self.fault.detail else self.fault.code


def fault_of(outcome: Outcome) -> Transient:
    """The error that a call's outcome stands for."""
    return Transient(outcome.error or f"http-{outcome.status}", outcome.detail)


def broken() -> Transient:
    """What is told of a fault of the platform itself."""
    return Transient("internal", "the platform failed; see its log")


@transaction.atomic
def note_calls(calls: Sequence[tuple[Announcement, Outcome]], *, actor: Actor) -> int:
    """Book calls that were taken, many in few statements; how many lanes were still held."""
    held = lanes.advance_all({call.lease: call.number for call, _ in calls})
    booked = [(call, outcome) for call, outcome in calls if call.lease in held]
    now = timezone.now()
    _keep(
        [
            Delivery(
                subscription=call.lane,
                number=call.number,
                attempts=call.lane.attempts,
                delivered_at=now,
                response_status=outcome.status,
                duration_ms=outcome.duration_ms,
            )
            for call, outcome in booked
        ]
    )
    Attempt.objects.bulk_create(
        _attempt(call.lane, call.number, outcome, is_repeat=call.is_repeat)
        for call, outcome in booked
    )
    audit.record_all(
        actor,
        "delivery.completed",
        (
            (
                call.lane,
                {
                    "number": call.number,
                    "digest": call.digest,
                    "items": list(call.items),
                    "edition": call.grant.edition,
                    "rows": 0,
                    **({"repeat": True} if call.is_repeat else {}),
                },
            )
            for call, _ in booked
        ),
    )
    return len(booked)


@transaction.atomic
def note_load(
    lane: Subscription, lease: Lease, done: Delivered, *, actor: Actor, duration_ms: int
) -> None:
    """Book what was loaded into a database or put down as a file, under the lease."""
    if done.is_repeat:
        if not lanes.advance_all({lease: done.number}):
            raise LeaseLost
    elif done.whole:
        lanes.settle(lease, done.number, done.shown)
    else:
        lanes.advance(lease, done.number, done.shown)
    _keep(
        [
            Delivery(
                subscription=lane,
                number=done.number,
                attempts=lane.attempts,
                delivered_at=timezone.now(),
                rows=done.rows,
                is_table=done.whole,
                duration_ms=duration_ms,
            )
        ]
    )
    outcome = Outcome(True, duration_ms=duration_ms)
    _attempt(lane, done.number, outcome, is_repeat=done.is_repeat).save(force_insert=True)
    audit.record(
        actor,
        "delivery.completed",
        lane,
        number=done.number,
        digest=done.digest,
        items=list(done.items),
        edition=done.grant.edition,
        rows=done.rows,
        **({"repeat": True} if done.is_repeat else {}),
    )
    if done.rows:
        meet_obligation("C5", done.grant, actor=actor)


@transaction.atomic
def note_failures(failures: Sequence[Failure], *, actor: Actor) -> None:
    """Note attempts that failed; each lane waits by the schedule, or stops where waiting cannot
    help."""
    waits = {failure.lease: _wait(failure) for failure in failures}
    # Nobody failed where the quota is used up or the grant rests: the attempt does not count.
    blameless = [f for f in failures if isinstance(f.fault, QuotaExceeded | GrantSuspended)]
    excused = {failure.lease for failure in blameless if waits[failure.lease] is not None}
    held = lanes.retry_all({f.lease: (waits[f.lease] or 0, f.error) for f in failures})
    for failure in failures:
        if failure.lease in held & excused:
            lanes.excuse(failure.lease)
    noted = [failure for failure in failures if failure.lease in held]
    _keep_failures(noted)
    Attempt.objects.bulk_create(_failed_attempt(failure) for failure in noted)
    for failure in noted:
        if waits[failure.lease] is None:
            _park(failure.lane, failure.number, failure.error, actor)


@transaction.atomic
def park_lost(lane: Subscription, lease: Lease, *, actor: Actor) -> None:
    """Stop a lane whose work ended every worker that took it."""
    lanes.hold(lease)
    error = "worker-lost: whoever took this batch never came back"
    lanes.give_back(lease, error=error)
    _park(lane, lane.position + 1, error, actor)


@transaction.atomic
def note_ping(lane: Subscription, outcome: Outcome, *, actor: Actor) -> None:
    """Note a call that only tried the address: an attempt at no batch."""
    _attempt(lane, 0, outcome, is_repeat=False).save(force_insert=True)
    audit.record(actor, "subscription.pinged", lane, ok=outcome.ok, error=outcome.error)


def _keep(deliveries: list[Delivery]) -> None:
    Delivery.objects.bulk_create(
        deliveries,
        update_conflicts=True,
        unique_fields=["subscription", "number"],
        update_fields=[
            "attempts",
            "delivered_at",
            "rows",
            "is_table",
            "last_error",
            "response_status",
            "duration_ms",
            "updated_at",
        ],
    )


def _keep_failures(failures: list[Failure]) -> None:
    """What arrived once stays noted as arrived, even if bringing it once more failed."""
    Delivery.objects.bulk_create(
        [
            Delivery(
                subscription=failure.lane,
                number=failure.number,
                attempts=failure.lane.attempts,
                last_error=failure.error[:400],
                response_status=failure.outcome.status if failure.outcome else None,
                duration_ms=failure.duration_ms,
            )
            for failure in failures
        ],
        update_conflicts=True,
        unique_fields=["subscription", "number"],
        update_fields=["attempts", "last_error", "response_status", "duration_ms", "updated_at"],
    )


def _failed_attempt(failure: Failure) -> Attempt:
    outcome = failure.outcome or Outcome(
        False,
        error=failure.fault.code,
        detail=failure.fault.detail or "",
        duration_ms=failure.duration_ms,
    )
    return _attempt(failure.lane, failure.number, outcome, is_repeat=failure.is_repeat)


def _attempt(lane: Subscription, number: int, outcome: Outcome, *, is_repeat: bool) -> Attempt:
    return Attempt(
        subscription=lane,
        number=number,
        is_repeat=is_repeat,
        ok=outcome.ok,
        status=outcome.status,
        error=outcome.error[:40],
        detail=outcome.detail[:400],
        excerpt=outcome.excerpt[:1000],
        duration_ms=outcome.duration_ms,
    )


def _wait(failure: Failure) -> float | None:
    """Seconds until the next attempt; None where waiting cannot help."""
    fault, outcome = failure.fault, failure.outcome
    if isinstance(fault, QuotaExceeded):
        return float(quotas.seconds_left()) if quotas.fits_a_day(fault) else None
    if isinstance(fault, GrantSuspended):
        return 0
    if not isinstance(fault, Transient | Unavailable):
        return None
    if outcome and (outcome.gone or outcome.terminal):
        return None
    wait = webhooks.retry_delay(failure.lane.attempts, random.uniform(-1, 1))  # noqa: S311
    if wait is not None and outcome and outcome.retry_after:
        wait = max(wait, outcome.retry_after)
    return wait


def _park(lane: Subscription, number: int, error: str, actor: Actor) -> None:
    """Stop at the batch that does not go through: never past it, and never in silence."""
    SUBSCRIPTION.move(lane, "pause", state_reason=error[:400])
    audit.record(actor, "subscription.parked", lane, number=number, error=error[:400])
    facts: dict[str, Any] = {"number": number, "error": error[:400], "mode": lane.mode}
    notify_department(
        lane,
        actor=actor,
        department_id=lane.department_id,
        roles=(Role.STEWARD, Role.DEPARTMENT_ADMIN),
        verb="subscription.parked",
        reason=gettext_noop(
            "A subscription of your department does not get through and was stopped; "
            "it goes on from its place when it is resumed."
        ),
        **facts,
    )
