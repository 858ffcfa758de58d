"""Who supplies whom: a matrix of departments, darker where more goes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Department
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.listing import reader
from accounts.spreadsheets import report_answer
from exchange.figures import Supply, supply
from exchange.portal.oversight import PERIODS, scope_of
from kernel.pages import link, page

HEATS = 5
_PAIRS, _SIDE = 100, 40


@dataclass(frozen=True)
class Pair:
    """A flow from one department to another, and how dark it is drawn."""

    provider: str
    receiver: str
    flow: Supply
    heat: int

    @property
    def address(self) -> str:
        """The grants that it rests on."""
        return link("grants", provider=self.flow.provider, department=self.flow.receiver)


@require_GET
@signed_in
def supply_page(request: HttpRequest) -> HttpResponseBase:
    """The matrix with a list of its flows; ``as`` gives the flows as a file."""
    reader(request, Perm.EVALUATION_VIEW)
    scope = scope_of(request)
    flows = supply(scope.keys, scope.since, scope.until, are_all=scope.are_all)
    measure = "calls" if request.GET.get("by") == "calls" else "rows"
    pairs = _pairs(flows, measure)
    kind = request.GET.get("as", "")
    if kind in ("xlsx", "csv"):
        heads = [(_("Provider"), 28), (_("Receiver"), 28), (_("Calls"), 12), (_("Rows"), 16)]
        rows = ([one.provider, one.receiver, one.flow.calls, one.flow.rows] for one in pairs)
        return report_answer(_("Who supplies whom"), heads, rows, kind, "utf-8")
    query = {**scope.query, "by": "calls" if measure == "calls" else ""}
    givers, takers, lines = _matrix(pairs)
    context = {
        "scope": scope,
        "periods": PERIODS,
        "measure": measure,
        "measures": [
            (link("supply", **{**query, "by": ""}), _("by rows"), measure == "rows"),
            (link("supply", **{**query, "by": "calls"}), _("by calls"), measure == "calls"),
        ],
        "takers": takers,
        "givers": givers,
        "lines": lines,
        "pairs": pairs[:_PAIRS],
        "left_out": max(0, len(pairs) - _PAIRS),
        "heats": range(1, HEATS + 1),
        "exports": [(kind, link("supply", **{**query, "as": kind})) for kind in ("xlsx", "csv")],
        "dashboard": link("dashboard", **scope.query),
    }
    return page(request, "exchange/oversight/supply.html", context)


def _pairs(flows: list[Supply], measure: str) -> list[Pair]:
    keys = {key for one in flows for key in (one.provider, one.receiver)}
    names = dict(Department.objects.filter(pk__in=keys).values_list("pk", "name"))
    numbers = {(one.provider, one.receiver): getattr(one, measure) for one in flows}
    most = max(numbers.values(), default=0)
    made = (
        Pair(
            names.get(one.provider, ""),
            names.get(one.receiver, ""),
            one,
            heat_of(numbers[one.provider, one.receiver], most),
        )
        for one in flows
    )
    return sorted(made, key=lambda pair: -numbers[pair.flow.provider, pair.flow.receiver])


def heat_of(number: int, most: int) -> int:
    """0 for nothing, else 1 to HEATS by the logarithm: small flows are seen beside large ones."""
    if not number or not most:
        return 0
    return min(HEATS, 1 + int((HEATS - 1) * math.log1p(number) / math.log1p(most) + 1e-9))


def _matrix(
    pairs: Iterable[Pair],
) -> tuple[list[str], list[str], list[tuple[str, list[Pair | None]]]]:
    """Who gives, who gets (those with most first, at most _SIDE), and a line for each who gives."""
    by_keys: dict[tuple[UUID, UUID], Pair] = {}
    givers: dict[UUID, str] = {}
    takers: dict[UUID, str] = {}
    for pair in pairs:
        by_keys[pair.flow.provider, pair.flow.receiver] = pair
        givers.setdefault(pair.flow.provider, pair.provider)
        takers.setdefault(pair.flow.receiver, pair.receiver)
    columns, rows = list(takers.items())[:_SIDE], list(givers.items())[:_SIDE]
    lines: list[Any] = [
        (name, [by_keys.get((giver, taker)) for taker, _name in columns]) for giver, name in rows
    ]
    return [name for _giver, name in rows], [name for _taker, name in columns], lines
