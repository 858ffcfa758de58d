"""The door to the evaluation of departments (Art. 38)."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere, require
from accounts.spreadsheets import report_answer
from exchange.api.examples_evaluation import EVALUATIONS
from exchange.api.serializers.evaluations import EvaluationsOut
from exchange.evaluating import evaluations, traffic
from exchange.evaluation import INDICATORS, SCORE_EN, SCORE_ZH, Dimension, Evaluation
from kernel.api import ApiView
from kernel.parameters import one_of, period_of

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
        since, until = period_of(request)
        kind = one_of(request, "as", "json", "xlsx", "csv")
        charset = one_of(request, "charset", "utf-8", "gb18030")
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
