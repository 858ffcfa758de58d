"""The door to the register's numbers."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.examples_cases import NUMBERS
from accounts.api.serializers.numbers import NumbersOut
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere, require
from accounts.reports import numbers_of, total_of
from kernel.api import ApiView
from kernel.errors import Invalid
from kernel.parameters import whole_number

_FIRST_YEAR, _LAST_YEAR = 1949, 2199


class SystemNumbersView(ApiView):
    """Numbers of the register of information systems, of the zombie process and of merging."""

    model = Department
    out = NumbersOut
    answers = {"list": {200: NumbersOut}}
    parameters = ("department", "year")
    pagination_class = None
    examples = {"list": NUMBERS}

    def list(self, request: Request, **kwargs: Any) -> Response:
        """Overall and by department: stocks as of today, flows of ``year`` (this one if none)."""
        require(self.actor, Perm.ZOMBIE_VIEW)
        year = self._year()
        rows = numbers_of(self._departments(), year)
        data = {
            "year": year,
            "as_of": timezone.localdate(),
            "total": total_of(rows),
            "departments": rows,
        }
        return Response(self.out(data).data)

    def _departments(self) -> Any:
        rows = self.get_queryset().filter(is_active=True)
        if not may_everywhere(self.actor, Perm.ZOMBIE_VIEW):
            rows = rows.filter(pk=self.actor.department_id)
        asked = self.request.query_params.get("department")
        return rows.filter(pk=self.fetch(rows, asked).pk) if asked else rows

    def _year(self) -> int:
        raw = self.request.query_params.get("year")
        if raw is None:
            return timezone.localdate().year
        year = whole_number(raw)
        if year is None or not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise Invalid.field("year", f"must be a year from {_FIRST_YEAR} to {_LAST_YEAR}")
        return year
