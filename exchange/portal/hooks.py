"""The department's webhook for its notices: opened, paused, closed, and its secret."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.forms import PlainForm, PortalForm, ReasonForm
from accounts.portal.listing import reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from exchange.actions.hooks import close_hook, open_hook, pause_hook, resume_hook, rotate_secret
from exchange.models import Hook
from exchange.portal import lane_words as words
from exchange.portal.connector_words import DESTINATIONS
from exchange.portal.secret_pages import secret_page
from exchange.states import HOOK
from kernel.errors import Conflict, DomainError, Forbidden, Invalid
from kernel.pages import page
from kernel.rows import fetch

_CLOSED = 10


class HookForm(PortalForm):
    """Where the notices go."""

    refusals = DESTINATIONS

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("https:// …; an administrator must have opened it for the platform."),
        widget=forms.URLInput,
    )


def _step(deed: Callable[..., Any], form: type[PortalForm], title: Any, done: Any) -> Step:
    return Step(deed, form, (Perm.HOOK_OPEN,), title, done, lambda hook: hook.department_id)


STEPS = {
    "resume": _step(resume_hook, PlainForm, _("Send again"), _("It goes on where it stopped.")),
    "pause": _step(
        pause_hook,
        ReasonForm,
        _("Send nothing for now"),
        _("Nothing is sent until it is resumed; nothing is left out."),
    ),
    "close": Step(
        close_hook,
        PlainForm,
        (Perm.HOOK_OPEN,),
        _("Close the webhook"),
        _("Nothing more is sent; the notices stay in the platform."),
        lambda hook: hook.department_id,
        _("Close the webhook for good?"),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def hook_page(request: HttpRequest) -> HttpResponse:
    """The department's webhook, or the form that opens one."""
    actor = reader(request, Perm.HOOK_OPEN)
    hook = _open(actor)
    if request.method != "POST":
        return _shown(request, hook)
    form = HookForm.filled(None, actor, request)
    if not form.is_valid():
        return _shown(request, hook, Sent(status=422), opening=form)
    try:
        _hook, secret = open_hook(actor=actor, **form.values)
    except Invalid as wrong:
        form.refuse(wrong)
        return _shown(request, hook, Sent(status=422), opening=form)
    except (Conflict, Forbidden) as wrong:
        return _refused(request, hook, wrong)
    return _secret(request, secret, "")


@require_POST
@signed_in
def hook_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="hooks")


@require_POST
@signed_in
def hook_rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new signing secret, shown this once."""
    hook = _found(request, pk)
    try:
        _hook, secret = rotate_secret(hook, actor=request.actor)  # type: ignore[attr-defined]
    except (Conflict, Forbidden) as wrong:
        return _refused(request, hook, wrong)
    return _secret(request, secret, _("The old one signs too for 24 hours."))


def _open(actor: Actor) -> Hook | None:
    rows = Hook.objects.visible_to(actor).exclude(state="closed")
    found: Hook | None = rows.order_by("-created_at").first()
    return found


def _found(request: HttpRequest, pk: UUID) -> Hook:
    return fetch(Hook.objects.visible_to(reader(request, Perm.HOOK_OPEN)), pk)


def _secret(request: HttpRequest, secret: str, lead: Any) -> HttpResponse:
    title = _("Signing secret of the webhook")
    return secret_page(request, secret, title=title, lead=lead, back=reverse("hooks"))


def _refused(request: HttpRequest, hook: Hook | None, wrong: DomainError) -> HttpResponse:
    return _shown(request, hook, Sent.of(wrong))


def _shown(
    request: HttpRequest,
    hook: Hook | None,
    sent: Sent = NOTHING_SENT,
    *,
    opening: PortalForm | None = None,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    closed = Hook.objects.visible_to(actor).filter(state="closed").order_by("-created_at")
    context = {
        "hook": hook,
        "state": words.badge(words.HOOK_STATES, hook.state) if hook else None,
        "signs_double": bool(hook and hook.before_until and hook.before_until > timezone.now()),
        "closed": list(closed[:_CLOSED]),
        "opening": opening or HookForm.blank(None, actor),
        "verb": sent.verb,
        **sent.context(
            hook, actor, STEPS, lambda name: hook is not None and HOOK.allows(hook.state, name)
        ),
    }
    if opening:
        context["summary"] = opening.summary
    return page(request, "exchange/hook.html", context, status=sent.status)
