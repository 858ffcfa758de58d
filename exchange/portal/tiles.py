"""The numbers of a dashboard, each with what it means and the list that it counts."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exchange.figures import RATES, Figures, rate_of
from exchange.portal.oversight import Scope
from kernel.pages import link

# A rate below the first is bad, below the second is to be watched.
_BAD, _WATCHED = 0.8, 0.95


@dataclass(frozen=True)
class Tile:
    """One number: what it is, what it says, where its list is."""

    name: str
    title: str
    text: str
    note: str
    address: str
    level: str = ""


def tiles(found: Figures, scope: Scope) -> list[Tile]:
    """The numbers of the scope, stocks first."""
    return [
        *_stocks(found.total, scope),
        *_flows(found.total, scope),
        *_zombies(found.total, scope),
    ]


def percent(rate: float | None) -> str:
    """A rate as leaders read it."""
    return "–" if rate is None else f"{rate * 100:.1f}%".replace(".0%", "%")


def level_of(rate: float | None) -> str:
    """Good, warn or bad; nothing without cases."""
    if rate is None:
        return ""
    return "bad" if rate < _BAD else "warn" if rate < _WATCHED else "good"


def grouped(number: int) -> str:
    """A number with its thousands apart."""
    return f"{number:,}"


def _stocks(total: dict[str, int], scope: Scope) -> list[Tile]:
    own = scope.department
    return [
        Tile(
            "entries",
            _("Entries in force"),
            grouped(total["entries"]),
            _("%(number)s can be shared") % {"number": grouped(total["shareable"])},
            link("resources", state="published", department=own),
        ),
        _rate(
            "attached",
            _("Attachment rate"),
            total,
            link("incomplete", department=own),
            is_watched=False,
        ),
        _rate(
            "connected",
            _("Systems connected"),
            total,
            link("systems", state="in_operation", department=own),
            is_watched=False,
        ),
    ]


def _flows(total: dict[str, int], scope: Scope) -> list[Tile]:
    own, days = scope.department, {"from": scope.since, "to": scope.until}
    usage = link("usage", department=own, **days) if scope.sees_use else ""
    return [
        Tile(
            "requests",
            _("Requests received"),
            grouped(total["requests_received"]),
            _("%(consented)s consented, %(refused)s refused") % total,
            link("requests", provider=own, since=scope.since),
        ),
        _rate("answered", _("Answered on time"), total, link("clocks", department=own, kind="C4")),
        _rate("shared", _("Shared on time"), total, link("clocks", department=own, kind="C5")),
        _rate("corrected", _("Verified on time"), total, link("clocks", department=own, kind="C6")),
        _rate(
            "updated",
            _("Catalogue updated on time"),
            total,
            link("clocks", department=own, kind="C1"),
        ),
        Tile("calls", _("Calls"), grouped(total["calls_given"]), _("in the period"), usage),
        Tile("rows", _("Rows exchanged"), grouped(total["rows_given"]), _("in the period"), usage),
    ]


def _zombies(total: dict[str, int], scope: Scope) -> list[Tile]:
    own = scope.department
    return [
        Tile(
            "found",
            _("Suspected zombies found"),
            grouped(total["cases_found"]),
            _("%(number)s open now") % {"number": grouped(total["cases_open"])},
            link("cases", department=own),
        ),
        Tile(
            "cleared",
            _("Zombie systems cleared"),
            grouped(total["cases_cleared"]),
            _("in the period"),
            link("cases", show="closed", state="completed", department=own),
        ),
    ]


def _rate(
    name: str, title: str, total: dict[str, int], address: str, *, is_watched: bool = True
) -> Tile:
    rate, (part, whole) = rate_of(total, name), RATES[name]
    said: dict[str, Any] = {"part": grouped(total[part]), "whole": grouped(total[whole])}
    note = _("%(part)s of %(whole)s") % said if total[whole] else _("no cases in the period")
    return Tile(name, title, percent(rate), note, address, level_of(rate) if is_watched else "")
