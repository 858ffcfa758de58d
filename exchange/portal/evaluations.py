"""The evaluation of departments in the portal: score, four dimensions, each indicator (Art. 38)."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere
from accounts.portal.access import signed_in
from accounts.portal.listing import reader
from accounts.spreadsheets import report_answer
from catalog.portal.words import is_chinese
from exchange.evaluating import evaluations
from exchange.evaluation import INDICATORS, SCORE_EN, SCORE_ZH, Dimension, Evaluation
from exchange.portal.clock_boards import period_asked
from kernel.cells import NONE, below, markup
from kernel.pages import Part, page

DIMENSIONS = {
    Dimension.TIMELINESS: _("Timeliness"),
    Dimension.QUALITY: _("Quality of data"),
    Dimension.USE: _("Application"),
    Dimension.SECURITY: _("Security"),
}
TITLES = {
    "answered_in_time": _("Requests answered in time"),
    "shared_in_time": _("Data shared in time"),
    "corrected_in_time": _("Data corrected in time"),
    "updated_in_time": _("Catalogue updated in time"),
    "rows_accepted": _("Rows without fault"),
    "undisputed_data": _("Data without correction"),
    "complete_entries": _("Complete entries"),
    "fresh_data": _("Data kept fresh"),
    "interfaces_answer": _("Interfaces that answer"),
    "attached": _("Entries with data attached"),
    "consented": _("Requests consented to"),
    "grants_used": _("Grants in use"),
    "not_suspended": _("Grants not suspended"),
    "disposed_in_time": _("Data disposed of in time"),
    "use_recorded": _("Use recorded"),
}


@dataclass(frozen=True)
class ScoreLine:
    """A department with its evaluation, percentages ready to be read."""

    name: str
    found: Evaluation

    @property
    def scores(self) -> list[float | None]:
        """The scores of the dimensions, in their order."""
        return list(self.found.scores)

    @property
    def titled(self) -> list[tuple[Any, float | None]]:
        """The scores with their titles."""
        return list(zip(DIMENSIONS.values(), self.scores, strict=True))

    @property
    def level(self) -> str:
        """The colour of the whole score."""
        score = self.found.score
        return "" if score is None else "good" if score >= 90 else "warn" if score >= 70 else "bad"

    @property
    def indicators(self) -> str:
        """Each indicator with its share in hundredths and its two counts."""
        return below(
            markup(
                '{} <strong>{}</strong> <span class="muted">{}/{}</span>',
                TITLES[value.indicator.code],
                NONE if value.share is None else f"{value.share:.1%}",
                value.part,
                value.whole,
            )
            for value in self.found.values
        )


@require_GET
@signed_in
def evaluation_page(request: HttpRequest) -> HttpResponseBase:
    """Each department that the person answers for, the best first; ``as`` gives a file."""
    actor = reader(request, Perm.EVALUATION_VIEW)
    period = period_asked(request)
    rows = Department.objects.visible_to(actor).filter(is_active=True)
    if not may_everywhere(actor, Perm.EVALUATION_VIEW):
        rows = rows.filter(pk=actor.department_id)
    there = dict(rows.order_by("name").values_list("pk", "name"))
    found = evaluations(there, period.since, period.until)
    lines = [ScoreLine(name, found[key]) for key, name in there.items()]
    wanted = request.GET.get("as", "")
    if wanted in ("xlsx", "csv"):
        cells = (
            [
                line.name,
                line.found.score,
                *line.scores,
                *(v.share for v in line.found.values),
            ]
            for line in lines
        )
        return report_answer(str(_("Evaluation")), _heads(), cells, wanted, "utf-8")
    lines.sort(key=lambda line: (-(line.found.score or -1.0), line.name))
    context = {
        "period": period,
        "list": Part.of(request, lines),
        "dimensions": DIMENSIONS.values(),
        "formula": SCORE_ZH if is_chinese() else SCORE_EN,
        "indicators": [
            (
                TITLES[one.code],
                DIMENSIONS[one.dimension],
                one.formula_zh if is_chinese() else one.formula_en,
            )
            for one in INDICATORS
        ],
    }
    return page(request, "exchange/sharing/evaluation.html", context)


def _heads() -> list[tuple[str, int]]:
    return [
        (str(_("Department")), 28),
        (str(_("Score")), 8),
        *((str(title), 8) for title in DIMENSIONS.values()),
        *((str(TITLES[one.code]), 16) for one in INDICATORS),
    ]
