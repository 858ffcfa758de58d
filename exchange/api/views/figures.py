"""Doors to the numbers of sharing: by department and over time, and who supplies whom."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere, require
from exchange.api.serializers.figures import FiguresOut, SupplyOut
from exchange.figures import RATES, figures, rate_of, supply
from kernel.api import ApiView
from kernel.parameters import period_of


class _OversightView(ApiView):
    """Numbers of the departments that the actor answers for."""

    model = Department
    parameters = ("department", "since", "until")
    pagination_class = None

    def departments(self) -> dict[UUID, str]:
        """By name: the one asked for, or all."""
        require(self.actor, Perm.EVALUATION_VIEW)
        rows = self.get_queryset().filter(is_active=True)
        if not may_everywhere(self.actor, Perm.EVALUATION_VIEW):
            rows = rows.filter(pk=self.actor.department_id)
        asked = self.request.query_params.get("department")
        if asked:
            rows = rows.filter(pk=self.fetch(rows, asked).pk)
        return dict(rows.order_by("name").values_list("pk", "name"))


class FiguresView(_OversightView):
    """What is catalogued, asked for, answered in time and exchanged."""

    out = FiguresOut
    answers = {"list": {200: FiguresOut}}

    def list(self, request: Request, **kwargs: Any) -> Response:
        """Stocks as of today and flows of the period, a year to today if none is given."""
        known = self.departments()
        since, until = period_of(request)
        found = figures(list(known), since, until)
        data = {
            "since": since,
            "until": until,
            "total": found.total,
            "rates": _rates(found.total),
            "step": found.buckets.step,
            "series": [{"day": day, "counts": counts} for day, counts in found.series.items()],
            "departments": [
                {"department": key, "name": known[key], "counts": counts, "rates": _rates(counts)}
                for key, counts in found.departments.items()
            ],
        }
        return Response(self.out(data).data)


class SupplyView(_OversightView):
    """Who gave whom how much."""

    out = SupplyOut
    answers = {"list": {200: SupplyOut}}

    def list(self, request: Request, **kwargs: Any) -> Response:
        """Flows that touch these departments in the period, a year to today if none is given."""
        keys = list(self.departments())
        since, until = period_of(request)
        items = [one._asdict() for one in supply(keys, since, until)]
        return Response(self.out({"since": since, "until": until, "items": items}).data)


def _rates(counts: Mapping[str, int]) -> dict[str, float | None]:
    return {name: rate_of(counts, name) for name in RATES}
