"""The dashboard of sharing for the authority, for heads and for leaders; and the same on a wall."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.listing import reader
from accounts.spreadsheets import report_answer
from exchange.figures import Figures, figures, rate_of
from exchange.portal.oversight import PERIODS, Scope, scope_of
from exchange.portal.tiles import level_of, percent, tiles
from kernel.pages import link, page

# So often the wall is read anew.
WALL_SECONDS = 60
_TOP, _SHOWN = 8, 50


@dataclass(frozen=True)
class Line:
    """A department with its counts and rates."""

    key: UUID
    name: str
    counts: dict[str, int]

    def rate(self, name: str) -> tuple[str, float | None, str]:
        """A rate as text, as a number of percent, and its level."""
        rate = rate_of(self.counts, name)
        return percent(rate), None if rate is None else round(rate * 100, 2), level_of(rate)

    @property
    def attached(self) -> tuple[str, float | None, str]:
        """挂接率."""
        return self.rate("attached")

    @property
    def answered(self) -> tuple[str, float | None, str]:
        """按时答复率."""
        return self.rate("answered")

    @property
    def shared(self) -> tuple[str, float | None, str]:
        """按时共享率."""
        return self.rate("shared")


@require_GET
@signed_in
def dashboard(request: HttpRequest) -> HttpResponseBase:
    """The numbers of the scope, by department and over time; ``as`` gives them as a file."""
    reader(request, Perm.EVALUATION_VIEW)
    scope = scope_of(request)
    found = figures(scope.keys, scope.since, scope.until, are_all=scope.are_all)
    kind = request.GET.get("as", "")
    if kind in ("xlsx", "csv"):
        rows = [_exported(line) for line in _lines(found, scope)]
        return report_answer(_("Numbers of sharing"), _heads(), rows, kind, "utf-8")
    return page(request, "exchange/oversight/dashboard.html", _context(request, found, scope))


@require_GET
@signed_in
def dashboard_wall(request: HttpRequest) -> HttpResponse:
    """The same numbers for a screen on the wall, read anew by itself."""
    reader(request, Perm.EVALUATION_VIEW)
    scope = scope_of(request)
    found = figures(scope.keys, scope.since, scope.until, are_all=scope.are_all)
    context = {**_context(request, found, scope), "seconds": WALL_SECONDS}
    return page(request, "exchange/oversight/wall.html", context)


def _context(request: HttpRequest, found: Figures, scope: Scope) -> dict[str, Any]:
    lines = _lines(found, scope)
    busy = [line for line in lines if any(line.counts.values())]
    if len(busy) > _SHOWN:
        busy.sort(key=lambda line: -line.counts["rows_given"] - line.counts["rows_taken"])
    with_rows = [line for line in lines if line.counts["rows_given"] or line.counts["rows_taken"]]
    return {
        "scope": scope,
        "periods": PERIODS,
        "tiles": tiles(found, scope),
        "lines": [(line, _links(line.key, scope)) for line in busy[:_SHOWN]],
        "left_out": max(0, len(busy) - _SHOWN),
        "idle": [line.name for line in lines if not any(line.counts.values())][:_SHOWN],
        "givers": sorted(with_rows, key=lambda line: -line.counts["rows_given"])[:_TOP],
        "series": [(_day(day, found.buckets.step), line) for day, line in found.series.items()],
        "pairs": [
            (scope.departments.get(one.provider), scope.departments.get(one.receiver), one)
            for one in found.supply
            if one.provider in scope.departments and one.receiver in scope.departments
        ][:_TOP],
        "exports": [
            (kind, link("dashboard", **scope.query, **{"as": kind})) for kind in ("xlsx", "csv")
        ],
        "supply": link("supply", **scope.query),
        "wall": link("dashboard-wall", **scope.query),
        "plain": link("dashboard", **scope.query),
    }


def _lines(found: Figures, scope: Scope) -> list[Line]:
    return [Line(key, name, found.departments[key]) for key, name in scope.departments.items()]


def _links(key: UUID, scope: Scope) -> dict[str, str]:
    days = {"from": scope.since, "to": scope.until}

    def usage(side: str) -> str:
        return link("usage", department=key, side=side, **days) if scope.sees_use else ""

    return {
        "entries": link("resources", state="published", department=key),
        "requests": link("requests", provider=key, since=scope.since),
        "answered": link("clocks", department=key, kind="C4"),
        "shared": link("clocks", department=key, kind="C5"),
        "given": usage("given"),
        "taken": usage("received"),
        "cases": link("cases", department=key),
        "cleared": link("cases", department=key, show="closed", state="completed"),
    }


def _day(day: date, step: str) -> str:
    return day.strftime("%Y-%m" if step == "month" else "%Y-%m-%d")


def _heads() -> list[tuple[str, int]]:
    titles = [
        _("Entries in force"),
        _("Can be shared"),
        _("Attached"),
        _("Attachment rate"),
        _("Running systems"),
        _("Systems connected"),
        _("Requests made"),
        _("Requests received"),
        _("Consented"),
        _("Refused"),
        _("Answered on time"),
        _("Shared on time"),
        _("Verified on time"),
        _("Catalogue updated on time"),
        _("Calls given"),
        _("Rows given"),
        _("Calls received"),
        _("Rows received"),
        _("Suspected zombies found"),
        _("Zombie systems cleared"),
        _("Open cases"),
    ]
    return [(_("Department"), 28), *((title, 14) for title in titles)]


def _exported(line: Line) -> list[Any]:
    counts = line.counts
    return [
        line.name,
        *(counts[name] for name in ("entries", "shareable", "attached")),
        rate_of(counts, "attached"),
        *(counts[name] for name in ("systems", "connected", "requests_made", "requests_received")),
        *(counts[name] for name in ("consented", "refused")),
        *(rate_of(counts, name) for name in ("answered", "shared", "corrected", "updated")),
        *(counts[name] for name in ("calls_given", "rows_given", "calls_taken", "rows_taken")),
        *(counts[name] for name in ("cases_found", "cases_cleared", "cases_open")),
    ]
