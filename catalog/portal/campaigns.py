"""The census in the portal: campaigns, and each department's part in them."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.portal.access import signed_in
from accounts.portal.choices import DepartmentFields
from accounts.portal.forms import PlainForm, PortalForm
from accounts.portal.listing import list_page, list_view, reader, state_filter
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from catalog.actions.campaigns import close_campaign, open_campaign
from catalog.models import Campaign, CampaignTask
from catalog.portal import cells as own_cells
from catalog.portal.due import dues
from catalog.portal.tasks import TASK_STATES, CampaignTaskList
from catalog.states import CAMPAIGN
from kernel import cells
from kernel.errors import DomainError, Invalid
from kernel.lists import Column, List
from kernel.pages import page
from kernel.problems import refusal
from kernel.rows import fetch

STATES = {"open": (_("Running"), "good"), "closed": (_("Closed"), "")}


def _day(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget)


class OpenForm(PortalForm):
    """A census to begin."""

    refusals = {
        "too-early": _("Choose a day that is not over, and not before the census opens."),
        "required": _("Choose at least one department."),
    }
    name = forms.CharField(label=_("Name of the census"), max_length=120)
    instructions = forms.CharField(
        label=_("What departments have to do"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    opens_on = _day(_("Opens on"), required=False, hint=_("Today, if left empty."))
    due_on = _day(_("To be confirmed by"))
    departments = DepartmentFields(
        label=_("Departments"),
        required=False,
        help_text=_("Every department, if none is chosen."),
    )

    def prepare(self) -> None:
        """The departments that are there."""
        field = self.fields["departments"]
        rows = Department.objects.filter(is_active=True).order_by("name")
        field.queryset = rows  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """The arguments of the action; no department chosen means every one."""
        chosen = list(self.cleaned_data["departments"])
        said = {name: value for name, value in super().values.items() if name != "departments"}
        return {**said, **({"departments": chosen} if chosen else {})}


STEPS = {
    "close": Step(
        close_campaign,
        PlainForm,
        (Perm.CAMPAIGN_CLOSE,),
        _("Close the census"),
        _("The census is closed; what was not confirmed stays so."),
        question=_("Close this census? Nothing is confirmed after it."),
    ),
}


class CampaignList(List):
    """Every census, the newest first, with how far it has come."""

    title = _("Census")
    lead = _("In a census every department goes over its entries, and its head confirms them.")
    nothing = _("There has been no census yet.")
    order = ("-due_on", "-pk")
    filters = (state_filter(STATES),)
    columns = (
        Column("name", _("Census"), lambda row: row.name, cells.linked("campaign"), width=36),
        Column("state", _("State"), lambda row: row.word, own_cells.word, ("state",)),
        Column(
            "due_on",
            _("To be confirmed by"),
            lambda row: row.due and row.due.on,
            own_cells.due,
            ("due_on",),
        ),
        Column(
            "progress",
            _("Confirmed"),
            lambda row: f"{row.confirmed} / {row.asked}",
            own_cells.progress,
        ),
    )

    def rows(self) -> Any:
        """With the parts that the actor may see counted."""
        return with_progress(Campaign.objects.visible_to(self.actor), self.actor)

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the state in words."""
        for row, due in zip(
            rows,
            dues((row.due_on if row.state == "open" else None, False) for row in rows),
            strict=True,
        ):
            row.word, row.badge = STATES[row.state]
            row.due = due
        return rows

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Beginning one."""
        allowed = may(self.actor, Perm.CAMPAIGN_OPEN)
        return [(reverse("campaign-new"), _("Begin a census"))] if allowed else []


def with_progress(rows: Any, actor: Actor) -> Any:
    """With the number of parts that the actor may see, and of those confirmed."""
    seen = Q(tasks__in=CampaignTask.objects.visible_to(actor).values("pk"))
    confirmed = seen & Q(tasks__state="confirmed")
    return rows.annotate(
        asked=Count("tasks", filter=seen), confirmed=Count("tasks", filter=confirmed)
    )


campaign_list = list_view(CampaignList, Perm.CAMPAIGN_VIEW)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Begin a census."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.CAMPAIGN_OPEN)
    form = OpenForm.filled(None, actor, request) if request.method == "POST" else None
    if form is None:
        return page(request, "catalog/campaign_new.html", {"form": OpenForm.blank(None, actor)})
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            made = open_campaign(actor=actor, **form.values)
        except Invalid as refused:
            form.refuse(refused)
        except DomainError as refused:
            context["refused"] = refusal(refused)
        else:
            messages.success(
                request, gettext("The census is open; the departments have their parts.")
            )
            return redirect("campaign", pk=made.pk)
    return page(
        request, "catalog/campaign_new.html", {**context, "summary": form.summary}, status=422
    )


@require_GET
@signed_in
def campaign_page(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One census with its departments' parts, as a list that can be saved."""
    row = _found(request, pk)
    if request.GET.get("as"):
        return list_page(request, CampaignTaskList)
    return _shown(request, row)


@require_POST
@signed_in
def campaign_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="campaign", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> Campaign:
    actor = reader(request, Perm.CAMPAIGN_VIEW)
    return fetch(with_progress(Campaign.objects.visible_to(actor), actor), pk)


def _shown(request: HttpRequest, row: Campaign, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    tasks = CampaignTask.objects.visible_to(actor).filter(campaign=row)
    counted = dict(tasks.order_by().values_list("state").annotate(Count("pk")))
    context = {
        "campaign": row,
        "state": STATES[row.state],
        "due": dues([(row.due_on if row.state == "open" else None, False)])[0],
        "counts": [(title, counted.get(state, 0)) for state, (title, _b) in TASK_STATES.items()],
        "list": CampaignTaskList.under(request, reverse("campaign", args=[row.pk])),
        "is_early": row.opens_on > timezone.localdate(),
        **sent.context(row, actor, STEPS, lambda name: CAMPAIGN.allows(row.state, name)),
    }
    return page(request, "catalog/campaign.html", context, status=sent.status)
