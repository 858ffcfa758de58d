"""The portal's words for what entries lack and for the measures of the scorecard."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.portal.words import is_chinese
from catalog.quality.completeness import ELEMENTS

GAPS = {
    "no-items": _("No items"),
    "no-abstract": _("No abstract"),
    "no-update-cycle": _("No update cycle"),
    "no-share-type": _("No share type"),
    "no-format": _("No class or type of format"),
    "no-share-mode": _("No way of sharing"),
    "no-conditions": _("No scope or purpose of use"),
    "no-legal-basis": _("No reason or basis of not sharing"),
    "no-grading": _("No class or grade of the data"),
    "no-secrecy-assessment": _("No assessment of secrecy risks"),
    "no-privacy-assessment": _("No assessment of the impact on personal information"),
    "no-census": _("Census numbers are missing"),
    "unsized-items": _("Items without a length"),
    "no-key": _("No key item"),
    "unexplained-items": _("Items without meaning or codes"),
    "short-abstract": _("The abstract is too short"),
    "no-source-system": _("No source system"),
    "no-contact": _("No contact"),
    "no-office": _("No office within the department"),
    "no-open-condition": _("No condition of opening"),
    "no-keywords": _("No keywords"),
}
MEASURES = {
    "completeness": _("Completeness of entries"),
    "census": _("Census numbers filled in"),
    "attachment": _("Rate of attached data"),
    "timeliness": _("Data updated in time"),
    "updates": _("Catalogue updates in time"),
    "reviews": _("Reviews in time"),
    "answers": _("Requests answered in time"),
    "sharing": _("Data shared in time"),
    "corrections": _("Corrections in time"),
    "demands": _("Demands answered in time"),
}
FRESHNESS = {
    "fresh": (_("As fresh as promised"), "good"),
    "overdue": (_("Update overdue"), "bad"),
    "never_came": (_("No data came yet"), "bad"),
    "no_promise": (_("No day promised"), ""),
}
_WEIGHTS = {element.code: element.weight for element in ELEMENTS}


def gap_lines(codes: Iterable[str]) -> list[tuple[Any, int]]:
    """Gaps in words with their weights in the score, in the order given."""
    return [(GAPS.get(code, code), _WEIGHTS.get(code, 0)) for code in codes]


def gap_text(codes: Iterable[str]) -> str:
    """Gaps in one text."""
    between = "；" if is_chinese() else "; "
    return between.join(str(GAPS.get(code, code)) for code in codes)
