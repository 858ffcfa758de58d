"""The statutory clocks: started and stopped by the deeds they belong to; extended, explained."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import CLOCK, Actor
from accounts.calendars import calendars_from
from accounts.clocks import CLOCKS
from accounts.errors import ExtensionNotAllowed
from accounts.models import ClockLimit, Obligation
from accounts.permissions import Perm
from accounts.policy import require
from accounts.states import OBLIGATION
from accounts.workdays import Due, add_workdays
from kernel.errors import Conflict, Invalid


@transaction.atomic
def open_obligation(
    kind: str,
    subject: models.Model,
    *,
    actor: Actor,
    department_id: UUID,
    started_at: datetime | None = None,
    counterpart_id: UUID | None = None,
) -> Obligation:
    """Start a clock of the table for a department; one that already runs is left as it is.

    ``counterpart_id`` is the department to which it is owed, which is told of an extension.
    No permission of its own: a clock follows from a deed that was allowed.
    """
    started = started_at or timezone.now()
    limit = local_limit(kind)
    due = _count(started, limit)
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
                due_on=due.on,
                is_provisional=due.is_provisional,
                calendars=due.calendars,
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
def extend_obligation(
    row: Obligation, *, actor: Actor, workdays: int, reason: str, document: str
) -> Obligation:
    """Grant more workdays once, at most the clock's extension, by a decision with its number."""
    require(actor, Perm.OBLIGATION_EXTEND, row.department_id)
    most = CLOCKS[row.kind].extension
    locked = Obligation.objects.select_for_update().get(pk=row.pk)
    if most == 0:
        raise ExtensionNotAllowed(f"{row.kind} knows no extension", kind=row.kind)
    if locked.extended_workdays:
        raise ExtensionNotAllowed("it has been extended already", kind=row.kind)
    if not OBLIGATION.allows(locked.state, "meet"):
        raise ExtensionNotAllowed(f"it is {locked.state}", kind=row.kind)
    if not 1 <= workdays <= most:
        raise Invalid.field("workdays", f"must be 1 to {most}", "over-extension")
    due = _count(locked.started_at, locked.limit_workdays + workdays)
    locked.change(
        extended_workdays=workdays,
        extension_reason=reason,
        extension_document=document,
        **_columns(due),
    )
    audit.record(
        actor,
        "obligation.extended",
        locked,
        kind=row.kind,
        workdays=workdays,
        due_before=row.due_on.isoformat(),
        due_on=due.on.isoformat(),
        document=document,
    )
    return locked


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
        due = _count(row.started_at, row.limit_workdays + row.extended_workdays)
        if due.is_provisional:
            continue
        before: date = row.due_on
        row.change(**_columns(due))
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


def _count(started_at: datetime, workdays: int) -> Due:
    start = timezone.localdate(started_at)
    return add_workdays(start, workdays, calendars_from(start.year))


def _columns(due: Due) -> dict[str, Any]:
    return {
        "due_on": due.on,
        "is_provisional": due.is_provisional,
        "calendars": due.calendars,
    }
