"""Forms that are a page of their own: shown, sent, refused with nothing typed lost."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.portal.forms import PortalForm
from kernel.errors import DomainError, Invalid
from kernel.pages import page
from kernel.problems import Problem, refusal

T = TypeVar("T")


def attempt(form: PortalForm, deed: Callable[[], T]) -> tuple[T | None, Problem | None]:
    """What the action made of a form that was sent and is valid; else None, and the refusal that
    is none of a field."""
    if not form.is_valid():
        return None, None
    try:
        return deed(), None
    except Invalid as wrong:
        form.refuse(wrong)
        return None, None
    except DomainError as wrong:
        return None, refusal(wrong)


def written(
    request: HttpRequest,
    form: PortalForm,
    deed: Callable[[], T],
    *,
    done: Any,
    back: str,
    to: Callable[[T], str] | None = None,
    **shown: Any,
) -> HttpResponse:
    """What was done, said at the address that ``to`` finds, or ``back``; else the form's page."""
    made, refused = attempt(form, deed)
    if made:
        messages.success(request, str(done))
        return redirect(to(made) if to else back)
    return form_page(request, form, back=back, refused=refused, **shown)


def form_page(
    request: HttpRequest,
    form: PortalForm,
    *,
    title: Any,
    back: str,
    refused: Problem | None = None,
    template: str = "accounts/form.html",
    **more: Any,
) -> HttpResponse:
    """The form; with status 422 or the refusal's where it was sent and not taken."""
    summary = form.summary if form.is_bound else []
    status = refused.status if refused else 422 if form.is_bound else 200
    context = {"form": form, "title": title, "back": back, "summary": summary, "refused": refused}
    return page(request, template, {**context, **more}, status=status)
