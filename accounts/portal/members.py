"""People and the roles that they hold: the list, a person's page, adding one."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.members import add_member
from accounts.actor import Actor
from accounts.models import Department, Member
from accounts.permissions import ROLES, Perm, Role
from accounts.policy import may, may_everywhere
from accounts.portal import cells as own_cells
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.choices import DepartmentField, departments
from accounts.portal.forms import PortalForm
from accounts.portal.listing import DepartmentsList, list_page, reader
from accounts.portal.member_steps import STEPS, grantable, is_possible
from accounts.portal.steps import NOTHING_SENT, Sent, take_step
from kernel import cells
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch
from kernel.texts import listed


class MemberForm(PortalForm):
    """A new person, or with a user name alone one who is a member elsewhere."""

    refusals = words.MEMBER_ERRORS
    department = DepartmentField(label=_("Department"), empty_label=_("Choose"))
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("2 to 60 letters, digits and . _ @ -; with it the person signs in."),
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,59}$", _("Use letters, digits and . _ @ - alone.")
            )
        ],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Full name"), max_length=60, required=False)
    password = forms.CharField(
        label=_("First password"),
        max_length=200,
        strip=False,
        required=False,
        help_text=_("Hand it over in person; empty for somebody who is a member elsewhere."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        """One's own department, unless one adds people everywhere; the roles one may give."""
        rows = Department.objects.filter(is_active=True).order_by("name")
        if self.actor is None:
            return
        if not may_everywhere(self.actor, Perm.MEMBER_ADD):
            rows = rows.filter(pk=self.actor.department_id or "")
        chosen, roles = self.fields["department"], self.fields["roles"]
        if isinstance(chosen, forms.ModelChoiceField):
            chosen.queryset, self.initial["department"] = rows, self.actor.department_id
        if isinstance(roles, forms.MultipleChoiceField):
            roles.choices = grantable(self.actor)


@dataclass(frozen=True)
class Line:
    """A membership as a line of the list."""

    member: Member
    roles: list[Any]


class MemberList(DepartmentsList):
    """The people whom the person may see, by name."""

    perm = Perm.MEMBER_VIEW
    title = _("People")
    lead = _("Who may sign in, for which department and in which role.")
    nothing = _("Nobody belongs here yet.")
    search = ("user__name__icontains", "user__username__icontains")
    search_title = _("Name or user name")
    order = ("-is_active", "user__name", "pk")
    filters = (
        Filter(
            "role",
            _("Role"),
            lambda actor: [(role.value, t) for role, t in words.ROLES.items()],
            apply=lambda rows, role: rows.filter(roles__contains=[role]),
        ),
        Filter(
            "active",
            _("Membership"),
            lambda actor: [("yes", _("Running")), ("no", _("Ended"))],
            apply=lambda rows, value: rows.filter(is_active=value == "yes"),
        ),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "name",
            _("Person"),
            lambda line: line.member.user.name,
            own_cells.member,
            ("user__name",),
            width=24,
        ),
        Column(
            "department",
            _("Department"),
            lambda line: line.member.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column(
            "roles",
            _("Roles"),
            lambda line: listed(str(role) for role in line.roles),
            own_cells.roles,
            width=36,
        ),
        Column(
            "since",
            _("Since"),
            lambda line: timezone.localtime(line.member.created_at),
            cells.day,
            ("created_at",),
        ),
    )

    def rows(self) -> Any:
        """With person and department."""
        rows: Any = Member.objects.visible_to(self.actor)
        return rows.select_related("user", "department")

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the roles in words."""
        return [_line(row) for row in rows]

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Adding somebody."""
        adds = any(Perm.MEMBER_ADD in ROLES[role].perms for role in self.actor.roles)
        return [(reverse("member-add"), _("Add a person"))] if adds else []


@require_safe
@signed_in
def member_list(request: HttpRequest) -> HttpResponseBase:
    """The people, by name."""
    reader(request, Perm.MEMBER_VIEW)
    return list_page(request, MemberList)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def member_add(request: HttpRequest) -> HttpResponse:
    """Add a person to a department."""
    actor = reader(request, Perm.MEMBER_ADD)
    if request.method != "POST":
        return _form(request, MemberForm.blank(None, actor))
    form = MemberForm.filled(None, actor, request)
    if not form.is_valid():
        return _form(request, form, status=422)
    values = {**form.values}
    try:
        member = add_member(values.pop("department"), actor=actor, **values)
    except Invalid as refused:
        form.refuse(refused)
        return _form(request, form, status=422)
    except (Conflict, Forbidden) as refused:
        problem = refusal(refused)
        return _form(request, form, refused=problem, status=problem.status)
    messages.success(request, gettext("The person belongs to the department now."))
    return redirect("member", pk=member.pk)


@require_safe
@signed_in
def member_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One membership with its roles and steps."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def member_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="member", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> Member:
    actor = reader(request, Perm.MEMBER_VIEW)
    return fetch(Member.objects.visible_to(actor).select_related("user", "department"), pk)


def _form(
    request: HttpRequest, form: MemberForm, *, refused: Problem | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "summary": form.summary, "refused": refused}
    return page(request, "accounts/member_add.html", context, status=status)


def _shown(request: HttpRequest, row: Member, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {
        "member": row,
        "line": _line(row),
        "others": _others(actor, row),
        "shows_history": may(actor, Perm.SIGN_IN_VIEW),
        **sent.context(row, actor, STEPS, lambda name: is_possible(actor, row, name)),
    }
    context["steps"] = [replace(one, is_open=one.verb == sent.verb) for one in context["steps"]]
    return page(request, "accounts/member.html", context, status=sent.status)


def _others(actor: Actor, row: Member) -> list[Line]:
    """The person's memberships elsewhere, as far as the actor may see them."""
    rows: Any = Member.objects.visible_to(actor).filter(user=row.user_id)
    return [_line(one) for one in rows.exclude(pk=row.pk).select_related("user", "department")]


def _line(row: Member) -> Line:
    return Line(row, [words.ROLES[Role(role)] for role in row.roles])
