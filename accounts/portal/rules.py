"""The thresholds of the five criteria: those in force, and the editions before."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import RuleSet
from accounts.permissions import Perm
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.listing import reader
from accounts.zombies.thresholds import DEFAULTS, thresholds_from
from kernel.pages import page

# Threshold -> what it says; grouped by the criterion that reads it.
THRESHOLDS: dict[str, dict[str, Any]] = {
    "": {
        "least_days_told": _("Days of a year that must be told before facts speak"),
        "stale_days": _("Days without news after which facts are silent"),
        "young_days": _("Days in use before little use is suspicious"),
        "calls_relied_on": _("Calls by others a month that show that others rely on it"),
        "season_months": _("Months of the year that a season has at most"),
    },
    "Z1": {
        "stray_transactions": _("Transactions in twelve months that are no business yet"),
        "steady_transactions": _("Transactions a month that are business, however few people"),
        "remnant_percent": _("Percent left of the year before when a use has withered"),
    },
    "Z2": {
        "overlap_percent": _("Percent of functions and data that another system has too"),
        "outgrown_percent": _("Own use in percent of the other's when users went over"),
    },
    "Z3": {
        "idle_cpu_percent": _("Average CPU load in percent over six months"),
        "idle_growth_percent": _("Growth of the data in percent over six months"),
    },
    "Z4": {
        "contract_grace_days": _("Days after the end of the maintenance contract"),
        "unmaintained_days": _("Days since the last release or patch"),
    },
    "Z5": {
        "small_users": _("Active users a month"),
        "rare_logins": _("Log-ins a month"),
    },
}


@require_safe
@signed_in
def rules_page(request: HttpRequest) -> HttpResponse:
    """The thresholds in force by criterion, beside the platform's own, and all editions."""
    actor = reader(request, Perm.ZOMBIE_VIEW)
    rows: Any = RuleSet.objects.visible_to(actor)
    editions = list(rows.order_by("-edition")[:50])
    current = editions[0] if editions else None
    context = {
        "current": current,
        "groups": list(_groups(current)),
        "editions": editions,
    }
    return page(request, "accounts/rules.html", context)


def _groups(current: RuleSet | None) -> Iterator[tuple[str, Any, list[tuple[Any, float, float]]]]:
    """By criterion: (code, title, [(what, in force, usual)])."""
    usual = asdict(DEFAULTS)
    in_force = asdict(thresholds_from(current.thresholds)) if current else usual
    for code, named in THRESHOLDS.items():
        title = words.CRITERIA[code] if code else _("For all criteria")
        yield code, title, [(text, in_force[name], usual[name]) for name, text in named.items()]
