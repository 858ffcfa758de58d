"""Supply and demand in the portal: needs that no entry answers, routed, answered, disputed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.portal.access import signed_in
from accounts.portal.forms import PlainForm, PortalForm
from accounts.portal.listing import list_view, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from catalog.actions.demands import (
    accept_demand,
    demands_like,
    dispute_demand,
    merge_demand,
    offer_demand,
    refuse_demand,
    reroute_demand,
    route_demand,
    settle_demand,
    submit_demand,
    withdraw_demand,
)
from catalog.demandrules import WAITING
from catalog.models import Demand
from catalog.portal import demand_forms as forms
from catalog.portal.demand_list import DemandList
from catalog.portal.demand_words import STATES
from catalog.portal.due import dues
from catalog.search.similar import similar
from catalog.states import DEMAND
from kernel.errors import Invalid
from kernel.pages import page
from kernel.rows import fetch

_CANDIDATES = 5


def _asking(row: Demand) -> UUID:
    return row.department_id


def _answering(row: Demand) -> UUID | None:
    return row.routed_to_id


def _step(
    deed: Callable[..., Demand],
    form: type[PortalForm],
    perm: Perm,
    title: Any,
    done: Any,
    owner: Callable[[Demand], UUID | None] | None = None,
    question: Any = "",
) -> Step:
    return Step(deed, form, (perm,), title, done, owner, question)


STEPS = {
    "route": _step(
        route_demand, forms.RouteForm, Perm.DEMAND_ROUTE,
        _("Route to a department"), _("The department has it now."),
    ),
    "merge": _step(
        merge_demand, forms.MergeForm, Perm.DEMAND_ROUTE,
        _("Merge with another demand"), _("One answer is for both now."),
    ),
    "offer": _step(
        offer_demand, forms.OfferForm, Perm.DEMAND_ANSWER,
        _("Answer with an entry"), _("The entry has been offered."), _answering,
    ),
    "refuse": _step(
        refuse_demand, forms.RefuseForm, Perm.DEMAND_ANSWER,
        _("Refuse with its basis"), _("The refusal has been recorded."), _answering,
    ),
    "accept": _step(
        accept_demand, PlainForm, Perm.DEMAND_SUBMIT,
        _("This is what we need"), _("The demand is met; you can request the data now."), _asking,
    ),
    "dispute": _step(
        dispute_demand, forms.DisputeForm, Perm.DEMAND_SUBMIT,
        _("Object to the answer"), _("The authority has the word now."), _asking,
    ),
    "settle": _step(
        settle_demand, forms.SettleForm, Perm.DEMAND_SETTLE,
        _("Settle the dispute"), _("The dispute is settled."),
    ),
    "reroute": _step(
        reroute_demand, forms.RerouteForm, Perm.DEMAND_SETTLE,
        _("Have it answered anew"), _("The department has it now."),
    ),
    "withdraw": _step(
        withdraw_demand, PlainForm, Perm.DEMAND_SUBMIT,
        _("Take the demand back"), _("The demand has been taken back."), _asking,
        _("Take this demand back?"),
    ),
}  # fmt: skip


demand_list = list_view(DemandList, Perm.DEMAND_VIEW)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def demand_new(request: HttpRequest) -> HttpResponse:
    """State a need of the own department."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.DEMAND_SUBMIT, actor.department_id)
    if request.method != "POST":
        title = request.GET.get("title", "")[:120]
        form = forms.SubmitForm.blank(None, actor)
        form.initial["title"] = title
        return page(request, "catalog/demand_new.html", {"form": form})
    form = forms.SubmitForm.filled(None, actor, request)
    if form.is_valid():
        try:
            made = submit_demand(actor=actor, **form.values)
        except Invalid as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("The demand is with the authority, who routes it."))
            return redirect("demand", pk=made.pk)
    context = {"form": form, "summary": form.summary}
    return page(request, "catalog/demand_new.html", context, status=422)


@require_GET
@signed_in
def demand_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One demand with its answer and the steps that the person may take."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def demand_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="demands")


def _found(request: HttpRequest, pk: UUID) -> Demand:
    reader(request, Perm.DEMAND_VIEW)
    rows = Demand.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return fetch(
        rows.select_related(
            "department", "routed_to", "resource__published", "merged_into__resource__published"
        ),
        pk,
    )


def _shown(request: HttpRequest, row: Demand, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    waits = row.state in WAITING
    context = {
        "demand": row,
        "answer": row.merged_into or row,
        "state": STATES[row.state],
        "due": dues([(row.answer_by if row.state == "routed" else None, row.is_provisional)])[0],
        "merged": row.merged.select_related("department").order_by("pk"),
        "candidates": similar(row.pk, row.title)[:_CANDIDATES] if waits else [],
        "alike": _alike(row, actor) if waits else [],
        **sent.context(row, actor, STEPS, lambda name: DEMAND.allows(row.state, name)),
    }
    return page(request, "catalog/demand.html", context, status=sent.status)


def _alike(row: Demand, actor: Actor) -> list[tuple[Demand, int]]:
    """Other waiting demands for much the same, with their likeness in percent."""
    if not may(actor, Perm.DEMAND_ROUTE):
        return []
    found = demands_like(row, actor=actor)[:_CANDIDATES]
    return [(other, round(likeness.score * 100)) for other, likeness in found]
