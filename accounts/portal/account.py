"""My account: who I am, for whom I act, what I may, and where I am signed in."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.passwords import change_password
from accounts.actions.sessions import sign_out
from accounts.actor import Actor
from accounts.models import Member, SessionToken, User
from accounts.permissions import ROLES, Role
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.forms import PortalForm
from kernel.errors import Invalid, NotFound
from kernel.pages import page


class PasswordForm(PortalForm):
    """The password until now, and the new one twice."""

    refusals = words.MEMBER_ERRORS
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
        help_text=words.MEMBER_ERRORS["weak-password"],
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


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def account_page(request: HttpRequest) -> HttpResponse:
    """The person's memberships with their roles, the open sign-ins, and the own password."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return _shown(request, PasswordForm.blank(None, actor))
    form = PasswordForm.filled(None, actor, request)
    if not form.is_valid():
        return _shown(request, form, status=422)
    told = form.cleaned_data
    user = User.objects.get(pk=actor.id or "")
    try:
        user = change_password(
            user, actor=actor, password=told["password"], new_password=told["new_password"]
        )
    except Invalid as refused:
        form.refuse(refused)
        return _shown(request, form, status=422)
    update_session_auth_hash(request, user)
    messages.success(request, gettext("The password is changed; all other sign-ins have ended."))
    return redirect("account")


@require_POST
@signed_in
def token_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End one of the person's sign-ins over the API."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = SessionToken.objects.filter(user_id=actor.id or "", pk=pk, revoked_at=None)
    token = found.select_related("user").first()
    if token is None:
        raise NotFound()
    sign_out(token, token.user, actor=actor)
    messages.success(request, gettext("This sign-in has ended."))
    return redirect("account")


def _shown(request: HttpRequest, form: PasswordForm, *, status: int = 200) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows: Any = Member.objects.active().filter(user_id=actor.id)
    mine = rows.select_related("department").order_by("department__name")
    live = SessionToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now())
    context = {
        "person": User.objects.get(pk=actor.id or ""),
        "memberships": [
            (one.department, _roles(one.roles), one.department_id == actor.department_id)
            for one in mine
        ],
        "permissions": sorted({p.value for role in actor.roles for p in ROLES[role].perms}),
        "tokens": live.filter(user_id=actor.id or "").order_by("-created_at"),
        "form": form,
        "summary": form.summary,
    }
    return page(request, "accounts/account.html", context, status=status)


def _roles(roles: list[str]) -> list[Any]:
    return [words.ROLES[Role(role)] for role in roles]
