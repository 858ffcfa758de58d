"""The way in: a name and a password, a second step for those who set one up, and the provider."""

import json
import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import oidc, secondfactors
from accounts.actions.identities import sign_in_with
from accounts.actions.secondfactors import factor_kinds, show_code, show_key
from accounts.actions.sessions import open_token, sign_in, sign_out
from accounts.authentication import SESSION_DEPARTMENT
from accounts.backends import BACKEND
from accounts.errors import LockedOut, WrongPassword
from accounts.lockout import remember_device
from accounts.models import SecondFactor, SessionToken, User
from accounts.portal.forms import SignInForm
from accounts.signin_errors import IdentityRefused, PasswordsOff, WrongCode
from accounts.signins import OIDC, SIGN_IN
from kernel.errors import PeerFailed, PeerTimeout
from kernel.pages import page
from kernel.problems import refusal

# What the session keeps between the steps.
_SECOND, _KEY, _PROVIDER = "second_step", "security_key", "identity_provider"
_SECOND_SECONDS = 300


class CodeForm(forms.Form):
    """A code of the app, or one on paper."""

    code = forms.CharField(
        label=_("Code of the app"),
        max_length=20,
        help_text=_("Six digits from your app, or one of your codes on paper."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "inputmode": "text"}
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Sign in with a name and a password, then go where one wanted to go."""
    if request.method != "POST":
        return _first(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _first(request, form, status=422)
    try:
        user = sign_in(**form.cleaned_data, request=request)
    except (WrongPassword, LockedOut, PasswordsOff) as refused:
        return _first(request, form, refused.title, refusal(refused).status)
    return _go_on(request, user, "password", "")


@require_http_methods(["GET", "HEAD", "POST"])
def second_step_page(request: HttpRequest) -> HttpResponse:
    """Show the second factor: a code, or a security key."""
    waiting: Any = request.session.get(_SECOND)
    user = _waiting(waiting)
    if user is None:
        return redirect("sign-in-page")
    if request.method != "POST":
        return _second(request, user, CodeForm())
    form = CodeForm(request.POST)
    answer = request.POST.get("answer")
    if not answer and not form.is_valid():
        return _second(request, user, form, status=422)
    try:
        factor = _shown(request, user, answer, form)
    except (WrongCode, LockedOut) as refused:
        return _second(request, user, CodeForm(), refused.title, refusal(refused).status)
    return _enter(request, user, waiting["method"], factor, waiting["next"])


@require_GET
def identity_begin(request: HttpRequest) -> HttpResponse:
    """Go to the identity provider."""
    if not oidc.is_on():
        return redirect("sign-in-page")
    try:
        address, kept = oidc.begin(_return_to())
    except (IdentityRefused, PeerFailed, PeerTimeout) as refused:
        return _first(request, SignInForm(), refused.title, refusal(refused).status)
    request.session[_PROVIDER] = {**kept, "next": _next(request)}
    return redirect(address)


@require_GET
def identity_return(request: HttpRequest) -> HttpResponse:
    """Come back from the identity provider."""
    kept = request.session.pop(_PROVIDER, None) or {}
    if not oidc.is_on():
        return redirect("sign-in-page")
    try:
        identity = oidc.finish(request.GET.dict(), kept, _return_to())
        user, factor = sign_in_with(identity, request=request)
    except (IdentityRefused, PeerFailed, PeerTimeout) as refused:
        return _first(request, SignInForm(), refused.title, refusal(refused).status)
    return _go_on(request, user, OIDC, factor, kept["next"])


@require_POST
def sign_out_page(request: HttpRequest) -> HttpResponse:
    """Sign out and forget the session."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor.is_authenticated and isinstance(request.user, User):
        token: SessionToken = request.sign_in  # type: ignore[attr-defined]
        sign_out(token, request.user, actor=actor)
    logout(request)
    return redirect("sign-in-page")


def _go_on(
    request: HttpRequest, user: User, method: str, factor: str, to: str = ""
) -> HttpResponse:
    """In, or to the second step for who has a second factor and has not shown one."""
    to = to or _next(request)
    if factor or not factor_kinds(user):
        return _enter(request, user, method, factor, to)
    request.session.cycle_key()
    request.session[_SECOND] = {
        "user": str(user.pk),
        "until": time.time() + _SECOND_SECONDS,
        "method": method,
        "next": to,
    }
    return redirect("sign-in-second")


def _enter(request: HttpRequest, user: User, method: str, factor: str, to: str) -> HttpResponse:
    kind = SessionToken.Kind.PORTAL
    token, _secret = open_token(user, request=request, kind=kind, method=method, factor=factor)
    login(request, user, backend=BACKEND)
    request.session[SIGN_IN] = str(token.pk)
    for word in (_SECOND, _KEY, _PROVIDER, SESSION_DEPARTMENT):
        request.session.pop(word, None)
    answer = redirect(to)
    remember_device(answer, user)
    return answer


def _waiting(told: Any) -> User | None:
    """The person whose second step this session waits for; None if for none, or for too long."""
    if not told or told["until"] < time.time():
        return None
    return User.objects.filter(pk=told["user"], is_active=True).first()


def _shown(request: HttpRequest, user: User, answer: str | None, form: CodeForm) -> str:
    if not answer:
        return show_code(user, form.cleaned_data["code"], request=request)
    state = request.session.pop(_KEY, None)
    try:
        told = json.loads(answer)
    except ValueError:
        told = None
    return show_key(user, state or {}, told if isinstance(told, dict) else {}, request=request)


def _first(
    request: HttpRequest, form: SignInForm, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "refused": refused,
        "next": _next(request),
        "passwords": settings.PASSWORD_SIGN_IN,
        "provider": oidc.is_on(),
    }
    return page(request, "accounts/sign_in.html", context, status=status)


def _second(
    request: HttpRequest, user: User, form: CodeForm, refused: str = "", status: int = 200
) -> HttpResponse:
    kinds = factor_kinds(user)
    asked = ""
    if SecondFactor.Kind.WEBAUTHN in kinds and secondfactors.keys_work_here():
        rows = user.second_factors.filter(kind=SecondFactor.Kind.WEBAUTHN)
        options, request.session[_KEY] = secondfactors.ask_key(
            rows.values_list("public_key", flat=True)
        )
        asked = json.dumps(options)
    context = {"form": form, "refused": refused, "kinds": kinds, "asked": asked}
    return page(request, "accounts/sign_in_second.html", context, status=status)


def _return_to() -> str:
    return f"{settings.PUBLIC_URL}{reverse('identity-return')}"


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"
