"""Changes of law and duties in the portal: what entries have to follow within ten workdays."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import BooleanField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.models import Obligation
from accounts.permissions import Perm
from accounts.policy import require
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PortalForm
from accounts.portal.listing import DepartmentsList, list_view
from catalog.actions.adjustments import register_adjustment
from catalog.models import Adjustment, Resource
from catalog.portal import cells as own_cells
from catalog.portal.due import dues
from kernel import cells
from kernel.errors import Conflict, Invalid
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.problems import refusal
from kernel.rows import fetch

CAUSES = {
    "law": _("A law or administrative regulation changed"),
    "decision": _("A decision of the State Council changed"),
    "duties": _("The department's duties changed"),
}
_FOLLOWED = (("no", _("Still to be followed")), ("yes", _("Followed")))


class RegisterForm(PortalForm):
    """A change that the entry has to follow."""

    refusals = {"in-future": _("Register it on the day of the change.")}
    cause = forms.ChoiceField(label=_("What changed"), choices=[("", _("Choose")), *CAUSES.items()])
    document = forms.CharField(
        label=_("Legal document"), max_length=200, help_text=_("With its number and article.")
    )
    happened_on = forms.DateField(
        label=_("Day of the change"),
        help_text=_("Ten workdays count from here."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    note = forms.CharField(
        label=_("What has to change in the entry"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AdjustmentList(DepartmentsList):
    """Changes to follow, the most urgent first."""

    perm = Perm.RESOURCE_VIEW
    title = _("Changes of law and duties")
    lead = _(
        "An entry follows a change of law or duties within ten workdays. The clock stops when the "
        "updated version has been handed to the authority."
    )
    nothing = _("No change has been registered. Register one on an entry's page.")
    search = ("document__icontains", "resource__published__name__icontains")
    search_title = _("Document or entry")
    order = ("-happened_on", "-pk")
    filters = (
        Filter("cause", _("What changed"), lambda actor: CAUSES.items(), "cause"),
        Filter(
            "followed",
            _("State"),
            lambda actor: _FOLLOWED,
            apply=lambda rows, said: rows.filter(entry__isnull=said == "no"),
        ),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "entry",
            _("Entry"),
            lambda row: row.name,
            cells.linked("resource", "resource_id"),
            width=36,
        ),
        Column(
            "department",
            _("Department"),
            lambda row: row.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("cause", _("What changed"), lambda row: CAUSES[row.cause], sort=("cause",)),
        Column("document", _("Legal document"), lambda row: row.document, width=36),
        Column(
            "happened_on",
            _("Day of the change"),
            lambda row: row.happened_on,
            cells.day,
            ("happened_on",),
        ),
        Column("state", _("State"), lambda row: row.word, own_cells.word),
        Column("due", _("Due"), lambda row: row.due and row.due.on, own_cells.due),
        Column("note", _("Remark"), lambda row: row.note, is_extra=True, width=40),
    )

    def rows(self) -> Any:
        """Each with its clock."""
        clock = Obligation.objects.filter(kind="C1", subject_id=OuterRef("pk")).order_by("-pk")
        provisional = Subquery(clock.values("is_provisional")[:1], output_field=BooleanField())
        rows: Any = Adjustment.objects.visible_to(self.actor)
        return rows.select_related("resource__published", "department").annotate(
            due_on=Subquery(clock.values("due_on")[:1]),
            is_provisional=Coalesce(provisional, False),
        )

    def lines(self, rows: list[Any]) -> list[Any]:
        """With what is left of the term."""
        told = dues((None if row.entry_id else row.due_on, row.is_provisional) for row in rows)
        for row, due in zip(rows, told, strict=True):
            entry = row.resource.published
            row.name = entry.name if entry else str(row.resource)
            row.word = _FOLLOWED[1][1] if row.entry_id else _FOLLOWED[0][1]
            row.badge = "good" if row.entry_id else "warn"
            row.due = due
        return rows


adjustment_list = list_view(AdjustmentList, Perm.RESOURCE_VIEW)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def adjustment_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Register a change that this entry has to follow."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row: Resource = fetch(Resource.objects.visible_to(actor).select_related("published"), pk)
    require(actor, Perm.ADJUSTMENT_REGISTER, row.department_id)
    context: dict[str, Any] = {"resource": row, "entry": row.published}
    if request.method != "POST":
        context["form"] = RegisterForm.blank(row, actor)
        return page(request, "catalog/adjustment_new.html", context)
    form = RegisterForm.filled(row, actor, request)
    if form.is_valid():
        try:
            register_adjustment(row, actor=actor, **form.values)
        except Invalid as refused:
            form.refuse(refused)
        except Conflict as refused:
            context["refused"] = refusal(refused)
        else:
            messages.success(
                request, gettext("Registered; the entry has to follow within ten workdays.")
            )
            return redirect("resource", pk=pk)
    context |= {"form": form, "summary": form.summary}
    return page(request, "catalog/adjustment_new.html", context, status=422)
