"""The register of departments: the list, a department's page, entering and correcting one."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.departments import (
    change_department,
    close_department,
    register_department,
)
from accounts.actor import Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal import cells as own_cells
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.choices import DepartmentField
from accounts.portal.forms import PlainForm, PortalForm
from accounts.portal.listing import list_page, reader
from accounts.portal.proposals import proposing
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from accounts.states import RUNNING
from kernel import cells
from kernel.errors import Conflict, Invalid, Stale
from kernel.lists import Column, Filter, List
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch

STEPS = {
    "close": Step(
        close_department,
        PlainForm,
        (Perm.DEPARTMENT_CLOSE,),
        _("Close the department"),
        _("The department is closed."),
        question=_("Close the department? Its people and systems can no longer act."),
    ),
}


class EntryForm(PortalForm):
    """What the certificate of a department says."""

    refusals = words.DEPARTMENT_ERRORS
    keeps = frozenset({"short_name", "parent"})
    name = forms.CharField(label=_("Name"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=40, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=list(words.DEPARTMENT_KINDS.items()))
    credit_code = forms.CharField(
        label=_("Credit code"), max_length=18, help_text=_("18 characters, as on the certificate.")
    )
    division_code = forms.CharField(
        label=_("Division code"), max_length=12, help_text=_("6, 9 or 12 digits.")
    )
    parent = DepartmentField(label=_("Department above"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        """What the register says now, and the departments that may stand above."""
        rows: Any = Department.objects.filter(is_active=True).order_by("name")
        field = self.fields["parent"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows.exclude(pk=self.row.pk) if self.row else rows
        self.initial["kind"] = Department.Kind.GOVERNMENT.value
        if self.row:
            told = ("name", "short_name", "kind", "credit_code", "division_code", "version")
            for name in told:
                self.initial[name] = getattr(self.row, name)
            self.initial["parent"] = self.row.parent_id


class DepartmentList(List):
    """All departments, by name."""

    title = _("Departments")
    lead = _("The departments of this government; each has its people, systems and catalogue.")
    nothing = _("No department is registered yet.")
    search = ("name__icontains", "short_name__icontains", "credit_code__icontains")
    search_title = _("Name or credit code")
    order = ("-is_active", "name", "pk")
    filters = (
        Filter("kind", _("Kind"), lambda actor: words.DEPARTMENT_KINDS.items(), "kind"),
        Filter(
            "active",
            _("State"),
            lambda actor: [("yes", _("Open")), ("no", _("Closed"))],
            apply=lambda rows, value: rows.filter(is_active=value == "yes"),
        ),
    )
    columns = (
        Column(
            "name",
            _("Department"),
            lambda row: row.name,
            own_cells.department,
            ("name",),
            width=36,
        ),
        Column("kind", _("Kind"), lambda row: words.DEPARTMENT_KINDS[row.kind], sort=("kind",)),
        Column(
            "credit_code",
            _("Credit code"),
            lambda row: row.credit_code,
            cells.code,
            ("credit_code",),
        ),
        Column(
            "parent",
            _("Department above"),
            lambda row: row.parent.name if row.parent else None,
            is_extra=True,
        ),
        Column("people", _("People"), lambda row: row.people, sort=("people",), is_number=True),
        Column(
            "running",
            _("Running systems"),
            lambda row: row.running,
            sort=("running",),
            is_number=True,
        ),
    )

    def rows(self) -> Any:
        """With how many people and running systems each has."""
        rows: Any = Department.objects.visible_to(self.actor).select_related("parent")
        return rows.annotate(
            people=Count("members", filter=Q(members__is_active=True), distinct=True),
            running=Count("systems", filter=Q(systems__state__in=RUNNING), distinct=True),
        )

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Registering one."""
        registers = may(self.actor, Perm.DEPARTMENT_REGISTER)
        return [(reverse("department-register"), _("Register a department"))] if registers else []


@require_safe
@signed_in
def department_list(request: HttpRequest) -> HttpResponseBase:
    """All departments, by name."""
    return list_page(request, DepartmentList)


@require_safe
@signed_in
def department_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One department: what the register says, what it has, and its steps."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def department_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="department", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def department_register(request: HttpRequest) -> HttpResponse:
    """Enter a department."""
    reader(request, Perm.DEPARTMENT_REGISTER)
    return _entered(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def department_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct what the register says of a department."""
    reader(request, Perm.DEPARTMENT_CHANGE)
    return _entered(request, _found(request, pk))


def _found(request: HttpRequest, pk: UUID) -> Department:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return fetch(Department.objects.visible_to(actor).select_related("parent"), pk)


def _entered(request: HttpRequest, row: Department | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return _form(request, row, EntryForm.blank(row, actor))
    form = EntryForm.filled(row, actor, request)
    if not form.is_valid():
        return _form(request, row, form, status=422)
    try:
        saved = _saved(actor, row, form)
    except Invalid as refused:
        form.refuse(refused)
        return _form(request, row, form, status=422)
    except (Conflict, Stale) as refused:
        problem = refusal(refused)
        return _form(request, row, form, refused=problem, status=problem.status)
    messages.success(request, gettext("Saved."))
    return redirect("department", pk=saved.pk)


def _saved(actor: Actor, row: Department | None, form: EntryForm) -> Department:
    values = dict(form.values)
    version = values.pop("version", None)
    if row is None:
        return register_department(actor=actor, values=values)
    return change_department(row, actor=actor, expected=version, values=values)


def _form(
    request: HttpRequest,
    row: Department | None,
    form: EntryForm,
    *,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"department": row, "form": form, "summary": form.summary, "refused": refused}
    return page(request, "accounts/department_entry.html", context, status=status)


def _shown(request: HttpRequest, row: Department, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {
        "department": row,
        "kind": words.DEPARTMENT_KINDS[row.kind],
        "children": row.children.filter(is_active=True).order_by("name"),
        "changes_it": may(actor, Perm.DEPARTMENT_CHANGE),
        "revoking": proposing(actor, "grant.revoke_all_of_department", row.pk),
        "sees_people": may(actor, Perm.MEMBER_VIEW, row.pk),
        "sees_systems": may(actor, Perm.SYSTEM_VIEW, row.pk),
        **sent.context(row, actor, STEPS, lambda name: row.is_active),
    }
    return page(request, "accounts/department.html", context, status=sent.status)
