"""My second factor: an app, security keys, codes on paper."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import secondfactors
from accounts.actions.secondfactors import (
    add_key,
    begin_app,
    confirm_app,
    drop_factor,
    renew_codes,
)
from accounts.actor import Actor
from accounts.models import SecondFactor, SessionToken, User
from accounts.portal import words
from accounts.portal.access import before_debts, signed_in
from accounts.portal.forms import PortalForm
from kernel.errors import Conflict, Invalid, NotFound
from kernel.pages import page
from kernel.rows import fetch

_KEY = "new_security_key"
_Kind = SecondFactor.Kind


class AppForm(PortalForm):
    """The code that the app shows."""

    refusals = {"wrong-code": _("This is not the code that the app shows now.")}
    code = forms.CharField(
        label=_("The six digits that the app shows"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class KeyForm(PortalForm):
    """What the key is called."""

    name = forms.CharField(
        label=_("Name of the key"),
        max_length=60,
        help_text=_("Such as: the one on my key ring."),
    )
    answer = forms.CharField(widget=forms.HiddenInput, max_length=20_000)


class DropForm(PortalForm):
    """The password, so that nobody who finds the browser open drops a factor."""

    refusals = {"wrong-password": words.MEMBER_ERRORS["wrong-password"]}
    password = forms.CharField(
        label=_("Your password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@require_safe
@signed_in
@before_debts
def factors_page(request: HttpRequest) -> HttpResponse:
    """What the person has, and what can be set up."""
    user = _here(request).user
    rows = list(user.second_factors.exclude(confirmed_at=None).order_by("created_at"))
    own = [row for row in rows if row.kind != _Kind.RECOVERY]
    context = {
        "own": own,
        "has_app": any(row.kind == _Kind.TOTP for row in own),
        "codes_left": len(rows) - len(own),
        "keys_work": secondfactors.keys_work_here(),
        "required": secondfactors.is_required(_actor(request).roles),
        "owed": not _here(request).factor and secondfactors.is_required(_actor(request).roles),
    }
    return page(request, "accounts/factors.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@before_debts
def app_page(request: HttpRequest) -> HttpResponse:
    """Set up an app: take its picture, then type the first code."""
    actor, user = _actor(request), _here(request).user
    form = AppForm.of(None, actor, request)
    try:
        _row, secret = begin_app(user, actor=actor, here=_here(request))
    except Conflict:
        return redirect("account-factors")
    if request.method != "POST" or not form.is_valid():
        return _app(request, user, secret, form, 422 if request.method == "POST" else 200)
    try:
        codes = confirm_app(user, actor=actor, code=form.cleaned_data["code"], here=_here(request))
    except Invalid as refused:
        form.refuse(refused)
        return _app(request, user, secret, form, 422)
    return _set_up(request, codes)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@before_debts
def key_page(request: HttpRequest) -> HttpResponse:
    """Set up a security key: the browser makes it, and the person names it."""
    if not secondfactors.keys_work_here():
        raise NotFound()
    actor, user = _actor(request), _here(request).user
    form = KeyForm.of(None, actor, request)
    if request.method != "POST" or not form.is_valid():
        return _key(request, user, form, 422 if request.method == "POST" else 200)
    state, told = request.session.pop(_KEY, None) or {}, _read(form.cleaned_data["answer"])
    name = form.cleaned_data["name"]
    try:
        codes = add_key(user, actor=actor, name=name, state=state, answer=told, here=_here(request))
    except Invalid as refused:
        form.refuse(refused)
        return _key(request, user, form, 422)
    return _set_up(request, codes)


@require_POST
@signed_in
def codes_renew(request: HttpRequest) -> HttpResponse:
    """New codes on paper."""
    codes = renew_codes(_here(request).user, actor=_actor(request))
    return page(request, "accounts/factor_codes.html", {"codes": codes})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def factor_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give up one factor."""
    actor = _actor(request)
    rows = SecondFactor.objects.filter(user_id=actor.id or "").exclude(confirmed_at=None)
    row = fetch(rows.exclude(kind=_Kind.RECOVERY).select_related("user"), pk)
    form = DropForm.of(None, actor, request)
    if request.method == "POST" and form.is_valid():
        try:
            drop_factor(row, actor=actor, password=form.cleaned_data["password"])
        except Invalid as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("It opens nothing any more."))
            return redirect("account-factors")
    context = {"factor": row, "title": words.FACTORS[row.kind], "form": form}
    status = 422 if request.method == "POST" else 200
    context["summary"] = form.summary if status == 422 else []
    return page(request, "accounts/factor_drop.html", context, status=status)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _here(request: HttpRequest) -> SessionToken:
    return request.sign_in  # type: ignore[attr-defined]


def _read(answer: str) -> dict[str, Any]:
    try:
        told = json.loads(answer)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _app(request: HttpRequest, user: User, secret: str, form: AppForm, status: int) -> HttpResponse:
    address = secondfactors.app_address(secret, user.username)
    context = {
        "form": form,
        "summary": form.summary if status == 422 else [],
        "picture": secondfactors.picture(address),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }
    return page(request, "accounts/factor_app.html", context, status=status)


def _key(request: HttpRequest, user: User, form: KeyForm, status: int) -> HttpResponse:
    known = user.second_factors.filter(kind=_Kind.WEBAUTHN).values_list("public_key", flat=True)
    options, request.session[_KEY] = secondfactors.begin_key(user, known)
    summary = form.summary if status == 422 else []
    context = {"form": form, "summary": summary, "asked": json.dumps(options)}
    return page(request, "accounts/factor_key.html", context, status=status)


def _set_up(request: HttpRequest, codes: list[str]) -> HttpResponse:
    if codes:
        return page(request, "accounts/factor_codes.html", {"codes": codes, "first": True})
    messages.success(request, gettext("It is set up; the next sign-in asks for it."))
    return redirect("account-factors")
