"""The statutory clocks: started and stopped by the deeds they belong to; extended, explained."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import CLOCK, Actor
from accounts.clocks import CLOCKS, KEEPING
from accounts.duedates import count_due, due_columns
from accounts.models import ClockLimit, Obligation
from accounts.permissions import Perm
from accounts.policy import require
from accounts.states import OBLIGATION
from accounts.workdays import Due
from kernel.errors import Conflict

# Whether a clock of this kind runs for the row that {subject} names: for a statement that must
# learn it on its way to what may stop the clock.
RUNNING = """EXISTS (
    SELECT 1 FROM accounts_obligation
    WHERE kind = {kind} AND subject_id = {subject} AND state = 'open'
)"""


@transaction.atomic
def open_obligation(
    kind: str,
    subject: models.Model,
    *,
    actor: Actor,
    department_id: UUID,
    started_at: datetime | None = None,
    counterpart_id: UUID | None = None,
    due_on: date | None = None,
) -> Obligation:
    """Start a clock of the table for a department; one that already runs is left as it is.

    ``counterpart_id`` is the department to which it is owed, which is told of an extension.
    ``due_on`` is the last day where the clock counts no workdays (C7: keep it until then).
    No permission of its own: a clock follows from a deed that was allowed.
    """
    started = started_at or timezone.now()
    limit = 0 if due_on else local_limit(kind)
    due = Due(due_on) if due_on else count_due(started, limit)
    try:
        with transaction.atomic():
            made = Obligation.objects.create(
                kind=kind,
                department_id=department_id,
                counterpart_id=counterpart_id,
                subject_type=str(subject._meta.model_name),
                subject_id=subject.pk,
                started_at=started,
                limit_workdays=limit,
                **due_columns(due, limit),
            )
    except IntegrityError:
        running = _running(kind, subject)
        if running is None:
            raise
        return running
    audit.record(actor, "obligation.opened", made, kind=kind, due_on=due.on.isoformat())
    return made


@transaction.atomic
def meet_obligation(
    kind: str, subject: models.Model, *, actor: Actor, at: datetime | None = None
) -> Obligation | None:
    """Stop the clock because the duty is done; None if none runs."""
    running = _running(kind, subject)
    if running is None:
        return None
    met = at or timezone.now()
    OBLIGATION.move(running, "meet", met_at=met)
    late = timezone.localdate(met) > running.due_on
    audit.record(actor, "obligation.met", running, kind=kind, late=late)
    return running


@transaction.atomic
def cancel_obligation(kind: str, subject: models.Model, *, actor: Actor) -> Obligation | None:
    """Stop the clock because the duty fell away; None if none runs."""
    running = _running(kind, subject)
    if running is None:
        return None
    OBLIGATION.move(running, "cancel")
    audit.record(actor, "obligation.cancelled", running, kind=kind)
    return running


@transaction.atomic
def explain_obligation(row: Obligation, *, actor: Actor, just_cause: str) -> Obligation:
    """State why the limit was missed (正当理由, Art. 39), for the authority to judge; said once."""
    require(actor, Perm.OBLIGATION_EXPLAIN, row.department_id)
    locked = Obligation.objects.select_for_update().get(pk=row.pk)
    if locked.just_cause:
        raise Conflict("a cause has been stated already")
    ended_on = timezone.localdate(locked.met_at) if locked.met_at else timezone.localdate()
    if locked.state == "cancelled" or ended_on <= locked.due_on:
        raise Conflict("the limit is not missed, so there is nothing to explain")
    locked.change(just_cause=just_cause)
    audit.record(actor, "obligation.explained", locked, kind=row.kind)
    return locked


@transaction.atomic
def recompute_obligations(*, actor: Actor = CLOCK) -> int:
    """Make provisional due dates final where the missing calendars have come; how many did."""
    require(actor, Perm.CALENDAR_LOAD)
    final = 0
    waiting = Obligation.objects.select_for_update(skip_locked=True).filter(
        is_provisional=True, state=OBLIGATION.start
    )
    for row in waiting.order_by("pk"):
        limit = row.limit_workdays + row.extended_workdays
        due = count_due(row.started_at, limit)
        if due.is_provisional:
            continue
        before: date = row.due_on
        row.change(**due_columns(due, limit))
        audit.record(
            actor,
            "obligation.recomputed",
            row,
            kind=row.kind,
            due_before=before.isoformat(),
            due_on=due.on.isoformat(),
            calendars=due.calendars,
        )
        final += 1
    return final


@transaction.atomic
def end_retentions(*, actor: Actor = CLOCK) -> int:
    """Meet the duties to keep something (C7) whose last day is over; how many."""
    require(actor, Perm.CALENDAR_LOAD)
    over = Obligation.objects.select_for_update(skip_locked=True).filter(
        kind__in=KEEPING, state=OBLIGATION.start, due_on__lt=timezone.localdate()
    )
    rows = list(over.order_by("pk"))
    for row in rows:
        OBLIGATION.move(row, "meet", met_at=timezone.now())
    audit.record_all(actor, "obligation.met", ((row, {"kind": row.kind}) for row in rows))
    return len(rows)


def local_limit(kind: str) -> int:
    """The workdays that this jurisdiction gives, else the national limit."""
    local = ClockLimit.objects.filter(kind=kind).values_list("workdays", flat=True).first()
    return local if local is not None else CLOCKS[kind].workdays


def _running(kind: str, subject: models.Model) -> Obligation | None:
    # Locked: of two who stop one clock at once, the second finds none running.
    running = Obligation.objects.select_for_update().filter(
        kind=kind, subject_id=subject.pk, state=OBLIGATION.start
    )
    return running.first()
