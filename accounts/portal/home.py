"""What the home page shows: what the department owes, what it has, what was done."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.actor import Actor
from accounts.calendars import calendars_from
from accounts.clocks import CLOCKS, KEEPING
from accounts.models import (
    AuditEvent,
    CalendarYear,
    Credential,
    Department,
    InformationSystem,
    Member,
    Obligation,
    ZombieCase,
)
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal import words
from accounts.states import CASE_OPEN, RUNNING
from accounts.workdays import workdays_left

_SHOWN, _RECENT, _SOON = 50, 20, timedelta(days=30)
_NOTICE_MONTH = 11  # The State Council publishes next year's days off around November.


@dataclass(frozen=True)
class Debt:
    """An open clock as a line of the page; ``level`` is good, warn or bad."""

    obligation: Obligation
    duty: Any
    article: str
    days_left: int
    level: str

    @property
    def days_over(self) -> int:
        """Workdays since the due day."""
        return -self.days_left


def home_of(actor: Actor) -> dict[str, Any]:
    """Everything that the page shows to this actor."""
    return {
        "department": Department.objects.get(pk=actor.department_id or ""),
        "roles": [words.ROLES[role] for role in sorted(actor.roles)],
        "shows_debts": may(actor, Perm.OBLIGATION_VIEW),
        "debts": _debts(actor),
        "of_all": may_everywhere(actor, Perm.OBLIGATION_VIEW),
        "counts": _counts(actor),
        "shows_systems": may(actor, Perm.SYSTEM_VIEW),
        "shows_cases": may(actor, Perm.ZOMBIE_VIEW),
        "missing_year": _missing_year(actor),
        "shows_trail": may(actor, Perm.AUDIT_VIEW),
        "events": AuditEvent.objects.visible_to(actor).order_by("-pk")[:_RECENT],
    }


def _debts(actor: Actor) -> list[Debt]:
    today = timezone.localdate()
    open_ones = Obligation.objects.visible_to(actor).filter(state="open")
    open_ones = open_ones.exclude(kind__in=KEEPING)
    rows = list(open_ones.select_related("department").order_by("due_on", "pk")[:_SHOWN])
    calendars = calendars_from(min([today, *(row.due_on for row in rows)]).year)
    return [_debt(row, workdays_left(today, row.due_on, calendars)) for row in rows]


def _debt(row: Obligation, days_left: int) -> Debt:
    level = "bad" if days_left < 0 else "warn" if days_left <= 1 else "good"
    return Debt(row, words.DUTIES[row.kind], CLOCKS[row.kind].article, days_left, level)


def _counts(actor: Actor) -> list[tuple[str, int]]:
    counts = []
    if may(actor, Perm.MEMBER_VIEW):
        counts.append(("members", Member.objects.visible_to(actor).active().count()))
    if may(actor, Perm.SYSTEM_VIEW):
        running = InformationSystem.objects.visible_to(actor).filter(state__in=RUNNING)
        counts.append(("systems", running.count()))
    if may(actor, Perm.CREDENTIAL_REVOKE):
        live = Credential.objects.visible_to(actor).live()
        soon = live.filter(expires_at__lt=timezone.now() + _SOON)
        counts += [("credentials", live.count()), ("expiring", soon.count())]
    if may(actor, Perm.ZOMBIE_VIEW):
        cases = ZombieCase.objects.visible_to(actor).filter(state__in=CASE_OPEN)
        counts.append(("cases", cases.count()))
    return counts


def _missing_year(actor: Actor) -> int | None:
    today: date = timezone.localdate()
    if not may(actor, Perm.CALENDAR_LOAD):
        return None
    wanted = [today.year, today.year + 1] if today.month >= _NOTICE_MONTH else [today.year]
    known = set(CalendarYear.objects.filter(year__in=wanted).values_list("year", flat=True))
    return next((year for year in wanted if year not in known), None)
