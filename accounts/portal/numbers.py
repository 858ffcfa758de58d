"""The numbers of the register by department: stocks of today, flows of a year."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.actor import Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.columns import label
from accounts.portal.listing import reader
from accounts.register.columns import BY_NAME
from accounts.reports import numbers_of, total_of
from accounts.spreadsheets import report_answer
from kernel.pages import Part, page

_YEARS = 6


@dataclass(frozen=True)
class Number:
    """A number of the report: where it stands in it, its title, the list that it counts."""

    section: str
    names: tuple[str, ...]
    title: Any
    place: str = ""
    query: tuple[tuple[str, str], ...] = ()

    def of(self, row: dict[str, Any]) -> Any:
        """Its value in a row of the report."""
        return sum(row[self.section][name] for name in self.names)

    def address(self, department: str = "") -> str:
        """The list that it counts, of one department or of all."""
        if not self.place:
            return ""
        asked = [*self.query, *([("department", department)] if department else [])]
        return f"{reverse(self.place)}?{urlencode(asked)}" if asked else reverse(self.place)


NUMBERS = (
    Number("systems", ("registered",), _("Registered"), "systems"),
    Number("systems", ("running",), _("Running")),
    Number("filings", ("accepted",), _("Filed"), "systems", (("filing", "accepted"),)),
    Number("connection", ("connected",), _("Exchanged in 90 days")),
    Number("levels", ("suspected",), _("Suspected"), "systems", (("verdict", "suspected"),)),
    Number("cases", ("open",), _("Open cases"), "cases"),
    Number("cases", ("overdue",), _("Overdue cases")),
    Number("cases", ("cleared",), _("Cleared in the year")),
    Number("merges", ("open",), _("Open merges"), "merges"),
    Number("money", ("maintenance",), _("Maintenance a year (10,000 yuan)")),
    Number("money", ("freed_by_cases", "freed_by_merges"), _("Freed a year (10,000 yuan)")),
)
_AGES = {
    "under_1": _("Less than 1 year"),
    "1_to_3": _("1 to 3 years"),
    "3_to_5": _("3 to 5 years"),
    "5_to_10": _("5 to 10 years"),
    "over_10": _("More than 10 years"),
    "unknown": _("Not known"),
}


_SHOWN = {(number.section, name) for number in NUMBERS for name in number.names}
_PARTS = ("states", "ages", "levels", "networks")


def _is_shown(section: str, name: str) -> bool:
    return section in _PARTS or (section, name) in _SHOWN


@require_safe
@signed_in
def numbers_page(request: HttpRequest) -> HttpResponseBase:
    """Overall and by department; ``as=xlsx`` and ``as=csv`` give the table as a file."""
    actor = reader(request, Perm.ZOMBIE_VIEW)
    year = _year(request)
    rows = numbers_of(_departments(actor), year, _is_shown)
    wanted = request.GET.get("as", "")
    if wanted in ("xlsx", "csv"):
        return _file(rows, wanted)
    total = total_of(rows)
    this = timezone.localdate().year
    shown = Part.of(request, rows)
    context = {
        "year": year,
        "years": range(this, this - _YEARS, -1),
        "today": timezone.localdate(),
        "titles": [number.title for number in NUMBERS],
        "totals": [(one.title, one.of(total), one.address()) for one in NUMBERS] if rows else [],
        "list": shown,
        "rows": [_cells(row) for row in shown.page],
        "parts": list(_parts(total)) if rows else [],
    }
    return page(request, "accounts/numbers.html", context)


def _departments(actor: Actor) -> Any:
    rows: Any = Department.objects.visible_to(actor).filter(is_active=True)
    everywhere = may_everywhere(actor, Perm.ZOMBIE_VIEW)
    return rows if everywhere else rows.filter(pk=actor.department_id)


def _year(request: HttpRequest) -> int:
    """The year asked for if it is one of the last; else this one."""
    asked, this = request.GET.get("year", ""), timezone.localdate().year
    offered = {str(year): year for year in range(this - _YEARS + 1, this + 1)}
    return offered.get(asked, this)


def _cells(row: dict[str, Any]) -> tuple[str, list[tuple[Any, Any, str]]]:
    """A department's line: its name, and (title, number, the list behind it)."""
    key = str(row["department"])
    return row["name"], [(one.title, one.of(row), one.address(key)) for one in NUMBERS]


def _parts(total: dict[str, Any]) -> Iterator[tuple[str, Any, list[tuple[Any, int]]]]:
    """What the systems are made up of: (name, title, [(value, systems)])."""
    states = [(words.SYSTEM_STATES[name], number) for name, number in total["states"].items()]
    yield "states", _("By state"), states
    yield "ages", _("By years of operation"), [(_AGES[n], k) for n, k in total["ages"].items()]
    levels = [
        (words.LEVELS[name][0] if name in words.LEVELS else _("Not judged"), number)
        for name, number in total["levels"].items()
    ]
    yield "levels", _("By verdict"), levels
    network = BY_NAME["network"]
    yield (
        "networks",
        _("By network"),
        [(label(network, name), number) for name, number in total["networks"].items()],
    )


def _file(rows: list[dict[str, Any]], kind: str) -> HttpResponseBase:
    heads = [(str(_("Department")), 32), *((str(one.title), 14) for one in NUMBERS)]
    lines = ([row["name"], *(one.of(row) for one in NUMBERS)] for row in rows)
    return report_answer(gettext("Numbers of the register"), heads, lines, kind, "utf-8")
