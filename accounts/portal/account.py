"""My account: who I am, for whom I act, what I may, how I sign in, and where I am signed in."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.passwords import change_password
from accounts.actions.secondfactors import factor_kinds
from accounts.actions.sessions import end_sign_in, end_sign_ins
from accounts.actor import Actor
from accounts.models import Member, SessionToken, User
from accounts.permissions import ROLES, Role
from accounts.portal import words
from accounts.portal.access import before_debts, signed_in
from accounts.portal.forms import PortalForm
from accounts.portal.history import lines_of
from accounts.signins import living
from kernel.errors import Invalid
from kernel.pages import page
from kernel.rows import fetch


class PasswordForm(PortalForm):
    """The password until now, and the new one twice."""

    refusals = {"wrong-password": words.MEMBER_ERRORS["wrong-password"]}
    password = forms.CharField(
        label=_("Password until now"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label=_("New password once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both new ones are the same."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("new_password") != told.get("repeated"):
            self.add_error("repeated", gettext("The two new passwords differ."))
        return told


@require_safe
@signed_in
def account_page(request: HttpRequest) -> HttpResponse:
    """The person's memberships with their roles, and the open sign-ins."""
    actor, here = _actor(request), _here(request)
    rows: Any = Member.objects.active().filter(user_id=actor.id)
    mine = rows.select_related("department").order_by("department__name")
    person = User.objects.get(pk=actor.id or "")
    context = {
        "person": person,
        "memberships": [
            (one.department, _roles(one.roles), one.department_id == actor.department_id)
            for one in mine
        ],
        "permissions": sorted({p.value for role in actor.roles for p in ROLES[role].perms}),
        "kinds": [words.FACTORS[kind] for kind in factor_kinds(person)],
        "here": here.pk,
        "sign_ins": SessionToken.objects.filter(living(actor.id)).order_by("-created_at"),
    }
    return page(request, "accounts/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@before_debts
def password_page(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    actor = _actor(request)
    form = PasswordForm.of(None, actor, request)
    if request.method != "POST":
        return _password(request, form)
    if not form.is_valid():
        return _password(request, form, status=422)
    told = {name: form.cleaned_data[name] for name in ("password", "new_password")}
    user = User.objects.get(pk=actor.id or "")
    try:
        user = change_password(user, actor=actor, keep=_here(request), **told)
    except Invalid as refused:
        form.refuse(refused)
        return _password(request, form, status=422)
    update_session_auth_hash(request, user)
    messages.success(request, gettext("The password is changed; all other sign-ins have ended."))
    return redirect("account")


@require_POST
@signed_in
def sign_in_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End one of the person's sign-ins."""
    actor = _actor(request)
    own = SessionToken.objects.filter(living(actor.id)).select_related("user")
    end_sign_in(fetch(own, pk), actor=actor)
    messages.success(request, gettext("This sign-in has ended."))
    return redirect("account")


@require_POST
@signed_in
def sign_ins_end(request: HttpRequest) -> HttpResponse:
    """End all of the person's sign-ins but this one."""
    actor, here = _actor(request), _here(request)
    end_sign_ins(here.user, actor=actor, keep=here)
    messages.success(request, gettext("All your other sign-ins have ended."))
    return redirect("account")


@require_safe
@signed_in
def history_page(request: HttpRequest) -> HttpResponse:
    """When, from where and with what result somebody signed in as this person."""
    person = User.objects.get(pk=_actor(request).id or "")
    context = {"person": person, "lines": lines_of(person), "is_own": True}
    return page(request, "accounts/sign_in_history.html", context)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _here(request: HttpRequest) -> SessionToken:
    return request.sign_in  # type: ignore[attr-defined]


def _password(request: HttpRequest, form: PasswordForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "summary": form.summary,
        # Django's Chinese says the familiar "you"; the portal does not.
        "rules": [rule.replace("你", "您") for rule in password_validators_help_texts()],
        "must": _here(request).user.must_change_password,
    }
    return page(request, "accounts/account_password.html", context, status=status)


def _roles(roles: list[str]) -> list[Any]:
    return [words.ROLES[Role(role)] for role in roles]
