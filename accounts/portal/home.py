"""What the home page shows: what waits for the person and for others, and what went wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min
from django.utils import timezone

from accounts.actor import Actor
from accounts.calendars import calendars_from
from accounts.clocks import CLOCKS, KEEPING
from accounts.models import AuditEvent, CalendarYear, Department, Obligation, SavedList
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal import words
from accounts.workdays import Calendars, workdays_left
from accounts.worklist import Item, Part, items_of
from kernel.pages import link

_SHOWN, _RECENT = 20, 10
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


@dataclass(frozen=True)
class Line:
    """A line of the work list; ``days_left`` in workdays, None without a last day."""

    item: Item
    due_on: date | None
    days_left: int | None

    @property
    def level(self) -> str:
        """How near the last day is: good, warn or bad; nothing without one."""
        return "" if self.days_left is None else level_of(self.days_left)

    @property
    def days_over(self) -> int:
        """Workdays since the last day."""
        return -(self.days_left or 0)


def level_of(days_left: int) -> str:
    """Bad once the last day is over, warn on the last two."""
    return "bad" if days_left < 0 else "warn" if days_left <= 1 else "good"


def home_of(actor: Actor) -> dict[str, Any]:
    """Everything that the page shows to this actor."""
    work = _work(actor)
    mine: Any = SavedList.objects.visible_to(actor)
    return {
        "work": [
            (Part.MINE, work[Part.MINE]),
            (Part.WRONG, work[Part.WRONG]),
            (Part.OTHERS, work[Part.OTHERS]),
        ],
        "starts": work[Part.START],
        "saved": mine.order_by("address", "title"),
        "department": Department.objects.get(pk=actor.department_id or ""),
        "roles": [words.ROLES[role] for role in sorted(actor.roles)],
        "shows_debts": may(actor, Perm.OBLIGATION_VIEW),
        "debts": _debts(actor),
        "of_all": may_everywhere(actor, Perm.OBLIGATION_VIEW),
        "clocks": link("clocks"),
        "missing_year": _missing_year(actor),
        "shows_trail": may(actor, Perm.AUDIT_VIEW),
        "events": AuditEvent.objects.visible_to(actor).order_by("-pk")[:_RECENT],
    }


def _work(actor: Actor) -> dict[Part, list[Line]]:
    """Lines by part, those with the nearest last day first, the others as their apps tell them."""
    items = items_of(actor)
    wanted = {kind for item in items for kind in item.clocks}
    clocks = _nearest(actor, wanted)
    dues = [min(_days(item, clocks), default=None) for item in items]
    today = timezone.localdate()
    calendars = calendars_from(min([today, *filter(None, dues)]).year) if any(dues) else {}
    parts: dict[Part, list[Line]] = {part: [] for part in Part}
    for item, due in zip(items, dues, strict=True):
        parts[item.part].append(Line(item, due, _left(due, today, calendars)))
    for lines in parts.values():
        lines.sort(key=lambda line: line.due_on or date.max)
    return parts


def _days(item: Item, clocks: dict[str, date]) -> Iterable[date]:
    return [
        *([item.due_on] if item.due_on else []),
        *(clocks[k] for k in item.clocks if k in clocks),
    ]


def _left(due: date | None, today: date, calendars: Calendars) -> int | None:
    return None if due is None else workdays_left(today, due, calendars)


def _nearest(actor: Actor, kinds: Iterable[str]) -> dict[str, date]:
    """The nearest last day of the department's open clocks, by kind."""
    if not kinds:
        return {}
    rows: Any = Obligation.objects.filter(state="open", kind__in=kinds)
    own = rows.filter(department_id=actor.department_id)
    return dict(own.order_by().values_list("kind").annotate(Min("due_on")))


def _debts(actor: Actor) -> list[Debt]:
    today = timezone.localdate()
    open_ones = Obligation.objects.visible_to(actor).filter(state="open")
    open_ones = open_ones.exclude(kind__in=KEEPING)
    rows = list(open_ones.select_related("department").order_by("due_on", "pk")[:_SHOWN])
    calendars = calendars_from(min([today, *(row.due_on for row in rows)]).year)
    return [_debt(row, workdays_left(today, row.due_on, calendars)) for row in rows]


def _debt(row: Obligation, days_left: int) -> Debt:
    duty, article = words.DUTIES[row.kind], words.article_text(CLOCKS[row.kind].article)
    return Debt(row, duty, article, days_left, level_of(days_left))


def _missing_year(actor: Actor) -> int | None:
    today: date = timezone.localdate()
    if not may(actor, Perm.CALENDAR_LOAD):
        return None
    wanted = [today.year, today.year + 1] if today.month >= _NOTICE_MONTH else [today.year]
    known = set(CalendarYear.objects.filter(year__in=wanted).values_list("year", flat=True))
    return next((year for year in wanted if year not in known), None)
