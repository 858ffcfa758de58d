"""The thresholds of the five criteria: those in force, and the editions before."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.rules import set_rules
from accounts.actions.scans import request_scan
from accounts.actor import Actor
from accounts.models import RuleSet
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.forms import PortalForm
from accounts.portal.listing import reader
from accounts.zombies.thresholds import DEFAULTS, RANGES, Thresholds, thresholds_from
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


class RulesForm(PortalForm):
    """A new edition: every threshold, and the document that sets them."""

    basis = forms.CharField(
        label=_("Document that sets them"),
        max_length=200,
        help_text=_("Its title and number; the new edition holds from the next scan on."),
    )

    def prepare(self) -> None:
        """Each threshold within its range, as it is in force."""
        in_force = asdict(_in_force(self.row))
        named = {name: text for group in THRESHOLDS.values() for name, text in group.items()}
        for name, text in named.items():
            least, most = RANGES[name]
            self.fields[name] = forms.FloatField(
                label=text,
                min_value=least,
                max_value=most,
                help_text=_("%(least)s to %(most)s") % {"least": f"{least:g}", "most": f"{most:g}"},
            )
            self.initial[name] = f"{in_force[name]:g}"
        self.order_fields([*named, "basis"])


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rules_page(request: HttpRequest) -> HttpResponse:
    """The thresholds in force by criterion, beside the platform's own, and all editions."""
    actor = reader(request, Perm.ZOMBIE_VIEW)
    current = RuleSet.objects.order_by("-edition").first()
    if request.method != "POST":
        return _shown(request, current, RulesForm.blank(current, actor))
    require(actor, Perm.RULES_SET)
    form = RulesForm.filled(current, actor, request)
    if not form.is_valid():
        return _shown(request, current, form, status=422)
    thresholds = dict(form.cleaned_data)
    set_rules(basis=thresholds.pop("basis"), thresholds=thresholds, actor=actor)
    messages.success(request, gettext("The new edition is in force; all systems are judged anew."))
    return redirect("rules")


@require_POST
@signed_in
def scan_request(request: HttpRequest) -> HttpResponse:
    """Ask a worker to judge the systems whose evidence changed now."""
    request_scan(actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, gettext("The systems are being judged; look again in a minute."))
    return redirect("verdicts")


def _shown(
    request: HttpRequest, current: RuleSet | None, form: RulesForm, *, status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows: Any = RuleSet.objects.visible_to(actor)
    context = {
        "current": current,
        "groups": list(_groups(current)),
        "editions": rows.order_by("-edition")[:50],
        "sets_them": may(actor, Perm.RULES_SET),
        "form": form,
        "summary": form.summary,
    }
    return page(request, "accounts/rules.html", context, status=status)


def _in_force(current: RuleSet | None) -> Thresholds:
    return thresholds_from(current.thresholds) if current else DEFAULTS


def _groups(current: RuleSet | None) -> Iterator[tuple[str, Any, list[tuple[Any, float, float]]]]:
    """By criterion: (code, title, [(what, in force, usual)])."""
    usual = asdict(DEFAULTS)
    in_force = asdict(_in_force(current))
    for code, named in THRESHOLDS.items():
        title = words.CRITERIA[code] if code else _("For all criteria")
        yield code, title, [(text, in_force[name], usual[name]) for name, text in named.items()]
