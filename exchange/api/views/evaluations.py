"""The door to the evaluation of departments (Art. 38)."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere, require
from catalog.downloads import report_answer
from exchange.api.examples_evaluation import EVALUATIONS
from exchange.api.serializers.evaluations import EvaluationsOut
from exchange.evaluating import evaluations, traffic
from exchange.evaluation import INDICATORS, SCORE_EN, SCORE_ZH, Dimension, Evaluation
from kernel.api import ApiView
from kernel.errors import Invalid

_YEAR = timedelta(days=365)
_DIMENSIONS = {
    Dimension.TIMELINESS: "时效",
    Dimension.QUALITY: "质量",
    Dimension.USE: "应用",
    Dimension.SECURITY: "安全",
}
_NO_TRAFFIC = {"uses_provided": 0, "rows_provided": 0, "uses_received": 0, "rows_received": 0}


class EvaluationView(ApiView):
    """Timeliness, quality, use and security of sharing, by department and period."""

    model = Department
    out = EvaluationsOut
    answers = {"list": {200: EvaluationsOut}}
    parameters = ("department", "since", "until", "as", "charset")
    pagination_class = None
    examples = {"list": EVALUATIONS}

    def list(self, request: Request, **kwargs: Any) -> Response | FileResponse:
        """Each department that the actor answers for, over a year to today if none is given."""
        require(self.actor, Perm.EVALUATION_VIEW)
        until = self._day("until", timezone.localdate())
        since = self._day("since", until - _YEAR)
        if since > until:
            raise Invalid.field("since", f"must be {until} or earlier")
        kind, charset = (
            self._choice("as", "json", "xlsx", "csv"),
            self._choice("charset", "utf-8", "gb18030"),
        )
        rows = list(self._departments().order_by("name"))
        found = evaluations([row.pk for row in rows], since, until)
        if kind != "json":
            lines = (_line(row, found[row.pk]) for row in rows)
            return report_answer("共享工作评价", _HEADS, lines, kind, charset)
        moved = traffic(since, until)
        data = {
            "since": since,
            "until": until,
            "indicators": INDICATORS,
            "formula_zh": SCORE_ZH,
            "formula_en": SCORE_EN,
            "departments": [_shown(row, found[row.pk], moved.get(row.pk, {})) for row in rows],
        }
        return Response(self.out(data).data)

    def _departments(self) -> QuerySet[Department]:
        rows = self.get_queryset().filter(is_active=True)
        if not may_everywhere(self.actor, Perm.EVALUATION_VIEW):
            rows = rows.filter(pk=self.actor.department_id)
        asked = self.request.query_params.get("department")
        return rows.filter(pk=self.fetch(rows, asked).pk) if asked else rows

    def _day(self, name: str, otherwise: date) -> date:
        raw = self.request.query_params.get(name)
        if raw is None:
            return otherwise
        try:
            found = parse_date(raw)
        except ValueError:
            found = None
        if found is None or not 1949 <= found.year <= 2199:
            raise Invalid.field(name, "must be a day, as in 2026-03-02")
        return found

    def _choice(self, name: str, *words: str) -> str:
        value: str = self.request.query_params.get(name, words[0])
        if value not in words:
            raise Invalid.field(name, f"choose from: {', '.join(words)}", "invalid-choice")
        return value


_HEADS = [
    ("部门", 28),
    ("总分", 8),
    *((title, 8) for title in _DIMENSIONS.values()),
    *((one.title, 16) for one in INDICATORS),
]


def _line(row: Department, found: Evaluation) -> list[Any]:
    shares = [value.share for value in found.values]
    return [row.name, found.score, *found.dimensions.values(), *shares]


def _shown(row: Department, found: Evaluation, moved: dict[str, int]) -> dict[str, Any]:
    return {
        "department": row.pk,
        "name": row.name,
        "score": found.score,
        "dimensions": {one.value: score for one, score in found.dimensions.items()},
        "values": {value.indicator.code: value for value in found.values},
        "traffic": {**_NO_TRAFFIC, **moved},
    }
