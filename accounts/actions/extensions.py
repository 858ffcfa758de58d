"""More time for a clock: a department asks; the authority gives it once, or not (Art. 17, 21)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import notify_authority, notify_department
from accounts.actor import Actor
from accounts.clocks import CLOCKS
from accounts.duedates import count_due, due_columns
from accounts.errors import ExtensionNotAllowed
from accounts.models import Obligation
from accounts.permissions import Perm, Role
from accounts.policy import require
from accounts.states import OBLIGATION
from kernel.errors import Invalid
from kernel.texts import Text

_OFFICE = (Role.HEAD, Role.STEWARD)


@transaction.atomic
def ask_extension(row: Obligation, *, actor: Actor, workdays: int, reason: str) -> Obligation:
    """Ask the authority for more workdays, saying which special reason there is."""
    require(actor, Perm.OBLIGATION_ASK, row.department_id)
    locked = _extensible(row, workdays)
    if locked.asked_at:
        raise ExtensionNotAllowed("it has been asked for already", kind=row.kind)
    locked.change(asked_workdays=workdays, asked_reason=reason, asked_at=timezone.now())
    audit.record(actor, "obligation.extension_asked", locked, kind=row.kind, workdays=workdays)
    notify_authority(
        locked,
        actor=actor,
        verb="obligation.extension_asked",
        reason=gettext_noop("A department asks for more time; you may give it once."),
        kind=row.kind,
        workdays=workdays,
    )
    return locked


@transaction.atomic
def decline_extension(row: Obligation, *, actor: Actor, reason: str) -> Obligation:
    """Leave the last day as it is; the department may ask again with better reasons."""
    require(actor, Perm.OBLIGATION_EXTEND, row.department_id)
    locked = Obligation.objects.select_for_update().get(pk=row.pk)
    if not locked.asked_at or locked.extended_workdays:
        raise ExtensionNotAllowed("no request for more time is waiting", kind=row.kind)
    locked.change(asked_workdays=0, asked_reason="", asked_at=None)
    audit.record(actor, "obligation.extension_declined", locked, kind=row.kind, reason=reason)
    notify_department(
        locked,
        actor=actor,
        department_id=locked.department_id,
        roles=_OFFICE,
        verb="obligation.extension_declined",
        reason=gettext_noop("Your department asked for more time."),
        kind=row.kind,
        why=reason,
    )
    return locked


@transaction.atomic
def extend_obligation(
    row: Obligation, *, actor: Actor, workdays: int, reason: str, document: str
) -> Obligation:
    """Grant more workdays once, at most the clock's extension, by a decision with its number.

    The department, and the one to which it is owed, are told in the same deed (Art. 21).
    """
    require(actor, Perm.OBLIGATION_EXTEND, row.department_id)
    locked = _extensible(row, workdays)
    before = locked.due_on
    limit = locked.limit_workdays + workdays
    locked.change(
        extended_workdays=workdays,
        extension_reason=reason,
        extension_document=document,
        notice_level=0,
        **due_columns(count_due(locked.started_at, limit), limit),
    )
    audit.record(
        actor,
        "obligation.extended",
        locked,
        kind=row.kind,
        workdays=workdays,
        due_before=before.isoformat(),
        due_on=locked.due_on.isoformat(),
        document=document,
    )
    told = {
        locked.department_id: gettext_noop("Your department has this duty."),
        locked.counterpart_id: gettext_noop("Your department waits for this."),
    }
    for department_id, why in told.items():
        if department_id is not None:
            notify_department(
                locked,
                actor=actor,
                department_id=department_id,
                roles=_OFFICE,
                verb="obligation.extended",
                reason=why,
                kind=row.kind,
                workdays=workdays,
                due_on=locked.due_on.isoformat(),
                document=document,
            )
    return locked


def _extensible(row: Obligation, workdays: int) -> Obligation:
    """The row as it is now, held; refused unless it may still grow by so many workdays."""
    most = CLOCKS[row.kind].extension
    locked = Obligation.objects.select_for_update().get(pk=row.pk)
    if most == 0:
        raise ExtensionNotAllowed(Text("{kind} knows no extension", kind=row.kind), kind=row.kind)
    if locked.extended_workdays:
        raise ExtensionNotAllowed("it has been extended already", kind=row.kind)
    if not OBLIGATION.allows(locked.state, "meet"):
        raise ExtensionNotAllowed(Text("it is {state}", state=locked.state), kind=row.kind)
    if not 1 <= workdays <= most:
        raise Invalid.field("workdays", Text("must be 1 to {most}", most=most), "over-extension")
    return locked
