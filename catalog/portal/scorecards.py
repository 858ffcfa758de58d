"""The scorecard in the portal: how departments' catalogues stand, rate by rate."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere
from accounts.portal.access import signed_in
from accounts.portal.listing import reader
from accounts.spreadsheets import report_answer
from catalog.portal.quality_words import MEASURES as TITLES
from catalog.portal.wanting import quality_tabs
from catalog.portal.words import is_chinese
from catalog.quality.scorecard import MEASURES, SCORE_EN, SCORE_ZH, Rate, rates_of, score_of
from catalog.reports import Counts, numbers_of, total_of
from kernel.pages import Part, page

_GOOD, _FAIR = 90, 70


@dataclass(frozen=True)
class Card:
    """A department's card, reckoned where it is looked at: there are thousands."""

    counts: Counts

    @property
    def key(self) -> Any:
        """The department."""
        return self.counts["department"]

    @property
    def name(self) -> str:
        """The department's name."""
        return str(self.counts["name"])

    @cached_property
    def rates(self) -> list[Rate]:
        """In the order of the measures."""
        return list(self._rates.values())

    @cached_property
    def score(self) -> float | None:
        """Of all together."""
        return score_of(self._rates)

    @cached_property
    def _rates(self) -> dict[str, Rate]:
        return rates_of(self.counts)

    @property
    def badge(self) -> str:
        """The colour of the score."""
        if self.score is None:
            return ""
        return "good" if self.score >= _GOOD else "warn" if self.score >= _FAIR else "bad"

    @property
    def named(self) -> list[tuple[Any, str]]:
        """The rates as texts with their titles."""
        titles = [TITLES[one.code] for one in MEASURES]
        return list(zip(titles, self.percents, strict=True))

    @property
    def percents(self) -> list[str]:
        """The rates as texts, empty where there is nothing to measure."""
        return ["" if rate.value is None else f"{rate.value:.0%}" for rate in self.rates]


@require_GET
@signed_in
def scorecard(request: HttpRequest) -> HttpResponseBase:
    """Each department that the person answers for, and all of them together."""
    actor = reader(request, Perm.RESOURCE_VIEW)
    everywhere = may_everywhere(actor, Perm.RESOURCE_VIEW)
    rows = Department.objects.visible_to(actor).filter(is_active=True)
    if not everywhere:
        rows = rows.filter(pk=actor.department_id)
    counted = numbers_of(rows, timezone.localdate(), with_sums=False)
    cards = [Card(row) for row in counted]
    total = Card({**total_of(counted), "name": gettext("All departments")})
    wanted = request.GET.get("as", "")
    if wanted in ("xlsx", "csv"):
        return _file([*cards, total], wanted)
    chinese = is_chinese()
    context = {
        "tabs": quality_tabs("scorecard"),
        "list": Part.of(request, _sorted(cards, request.GET.get("sort", ""))),
        "total": total,
        "is_many": everywhere,
        "measures": [
            (one.code, TITLES[one.code], one.weight, one.zh if chinese else one.en)
            for one in MEASURES
        ],
        "whole_formula": SCORE_ZH if chinese else SCORE_EN,
        "year": timezone.localdate().year,
        "sort": request.GET.get("sort", ""),
        "own": None if everywhere or not cards else _lines(cards[0]),
    }
    return page(request, "catalog/scorecard.html", context)


def _sorted(cards: list[Card], by: str) -> list[Card]:
    """By name as they came, or the highest score first."""
    if by != "score":
        return cards
    return sorted(cards, key=lambda card: -1.0 if card.score is None else card.score, reverse=True)


def _lines(card: Card) -> list[tuple[Any, Rate, str]]:
    titles = [TITLES[one.code] for one in MEASURES]
    return list(zip(titles, card.rates, card.percents, strict=True))


def _file(cards: list[Card], kind: str) -> HttpResponseBase:
    heads = [(gettext("Department"), 28), (gettext("Score"), 8)]
    heads += [(str(TITLES[one.code]), 16) for one in MEASURES]
    lines = ([card.name, card.score, *(rate.value for rate in card.rates)] for card in cards)
    return report_answer(gettext("Scorecard"), heads, lines, kind, "utf-8")
