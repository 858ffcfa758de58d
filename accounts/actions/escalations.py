"""What the clock does about deadlines that come near or pass: it tells, and decides nothing."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actor import CLOCK, Actor
from accounts.clocks import CLOCKS, KEEPING
from accounts.duedates import workdays_ago
from accounts.models import Member, Notice, Obligation
from accounts.permissions import Perm, Role
from accounts.policy import require

# Workdays after the last day at which the authority is told.
AUTHORITY_AFTER = 5
_CHUNK = 500


@dataclass(frozen=True)
class Step:
    """One rung: from which condition on, whom it tells and why they get it."""

    level: int
    verb: str
    roles: tuple[Role, ...]
    reason: str


WARNED = Step(
    1,
    "obligation.warned",
    (Role.HEAD, Role.STEWARD),
    gettext_noop("Your department has this duty."),
)
OVERDUE = Step(
    2,
    "obligation.overdue",
    (Role.HEAD, Role.DEPARTMENT_ADMIN),
    gettext_noop("Your department has this duty."),
)
ESCALATED = Step(
    3,
    "obligation.escalated",
    (Role.AUTHORITY,),
    gettext_noop("The authority watches over the limits (Art. 29)."),
)


def escalate_due(*, actor: Actor = CLOCK) -> int:
    """Tell of every clock that is near its end, past it, or long past it, each once; how many.

    Chunks commit one by one and skip what another worker holds, so it may run twice at once.
    """
    require(actor, Perm.CALENDAR_LOAD)
    today = timezone.localdate()
    told = 0
    for step, due in _ladder(today):
        while done := _tell(step, due, actor):
            told += done
    return told


def _ladder(today: date) -> list[tuple[Step, Q]]:
    """The highest rung first: a clock that was never looked at is told of once, at its rung."""
    return [
        (ESCALATED, Q(due_on__lte=workdays_ago(today, AUTHORITY_AFTER))),
        (OVERDUE, Q(due_on__lt=today)),
        (WARNED, Q(warn_on__lte=today)),
    ]


@transaction.atomic
def _tell(step: Step, due: Q, actor: Actor) -> int:
    waiting = Obligation.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        due, state="open", notice_level__lt=step.level
    )
    rows = list(waiting.exclude(kind__in=KEEPING).order_by("pk")[:_CHUNK])
    if not rows:
        return 0
    authorities = Member.objects.departments_of(Role.AUTHORITY)
    Notice.objects.bulk_create(
        Notice(
            department_id=department_id,
            roles=sorted(role.value for role in step.roles),
            verb=step.verb,
            reason=step.reason,
            subject_type="obligation",
            subject_id=row.pk,
            facts=_facts(row),
        )
        for row in rows
        for department_id in (authorities if step is ESCALATED else [row.department_id])
    )
    Obligation.objects.filter(pk__in=[row.pk for row in rows]).update(
        notice_level=step.level, version=F("version") + 1, updated_at=timezone.now()
    )
    audit.record_all(actor, step.verb, ((row, _facts(row)) for row in rows))
    return len(rows)


def _facts(row: Obligation) -> dict[str, str]:
    return {
        "kind": row.kind,
        "article": CLOCKS[row.kind].article,
        "due_on": row.due_on.isoformat(),
        "department": str(row.department_id),
    }
