"""The board of deadlines by department, and how often duties were met in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.board import board, durations
from accounts.clocks import CLOCKS
from accounts.clockstats import Duration
from accounts.models import Obligation
from accounts.permissions import Perm
from accounts.policy import may_everywhere
from accounts.portal.access import signed_in
from accounts.portal.listing import reader
from accounts.portal.words import DUTIES, article_text
from exchange.portal.clocks import BOARDS
from kernel.days import read_day
from kernel.pages import page

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Period:
    """The days from the one to the other."""

    since: date
    until: date


@dataclass(frozen=True)
class RateLine:
    """How the clocks of one kind were met."""

    duty: Any
    article: str
    is_statutory: bool
    found: Duration

    @property
    def percent(self) -> int:
        """The share met in time, in hundredths."""
        return round(self.found.on_time_rate * 100)

    @property
    def level(self) -> str:
        """The colour of its badge."""
        return "good" if self.percent >= 95 else "warn" if self.percent >= 80 else "bad"


@require_GET
@signed_in
def clock_board(request: HttpRequest) -> HttpResponse:
    """Open clocks of each department by how they stand, those with most overdue first."""
    actor = reader(request, Perm.OBLIGATION_VIEW)
    lines = board(Obligation.objects.visible_to(actor), timezone.localdate())
    shown = [{**line, "by_kind": list(_by_kind(line["kinds"]))} for line in lines]
    context = {
        "tabs": tabs("clock-board"),
        "lines": shown,
        "overdue": sum(line["overdue"] for line in lines),
        "warning": sum(line["warning"] for line in lines),
        "running": sum(line["running"] for line in lines),
        "asking": sum(line["asking"] for line in lines),
        "links": may_everywhere(actor, Perm.OBLIGATION_VIEW),
    }
    return page(request, "exchange/sharing/clock_board.html", context)


@require_GET
@signed_in
def clock_rates(request: HttpRequest) -> HttpResponse:
    """Legal against actual workdays of the clocks that were met in a period (Art. 23)."""
    actor = reader(request, Perm.OBLIGATION_VIEW)
    period = period_asked(request)
    found = durations(Obligation.objects.visible_to(actor), period.since, period.until)
    lines = [
        RateLine(
            DUTIES[row.kind],
            article_text(CLOCKS[row.kind].article),
            CLOCKS[row.kind].is_statutory,
            row,
        )
        for row in found
    ]
    met = sum(row.met for row in found)
    in_time = sum(row.in_time for row in found)
    context = {
        "tabs": tabs("clock-rates"),
        "period": period,
        "lines": lines,
        "met": met,
        "late": met - in_time,
        "percent": round(100 * in_time / met) if met else None,
    }
    return page(request, "exchange/sharing/clock_rates.html", context)


def tabs(here: str) -> list[tuple[str, Any, bool]]:
    """The list of clocks and the boards beside it."""
    return [
        (reverse(name), title, name == here)
        for name, title in (("clocks", _("Open ones")), *BOARDS)
    ]


def period_asked(request: HttpRequest) -> Period:
    """The period that the address names, a year to today where it names none or nonsense."""
    until = read_day(request.GET.get("until", "")) or timezone.localdate()
    since = read_day(request.GET.get("since", "")) or until - _YEAR
    return Period(min(since, until), until)


def _by_kind(kinds: dict[str, dict[str, int]]) -> Iterable[tuple[Any, int, int]]:
    """(duty, open, of which overdue), in the order of the law."""
    for kind in CLOCKS:
        if kind in kinds:
            yield DUTIES[kind], sum(kinds[kind].values()), kinds[kind].get("overdue", 0)
