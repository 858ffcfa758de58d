"""Pages that begin something new: a form, its action, and the page of what was made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.actor import Actor
from accounts.portal.forms import PortalForm
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.pages import page
from kernel.problems import Problem, refusal


@dataclass(frozen=True)
class Beginning:
    """What such a page says, which form it has, what it does, and where it leads.

    ``row`` is what the new thing is about; ``make`` is given the form's values as arguments.
    """

    title: Any
    lead: Any
    button: Any
    done: Any
    form: type[PortalForm]
    row: Any
    make: Callable[..., Any]
    to: str
    back: tuple[str, Any]
    about: Any = ""
    template: str = "exchange/sharing/begin.html"


def begin(request: HttpRequest, beginning: Beginning) -> HttpResponse:
    """Show the form, or make what it says; a refusal shows it again with everything typed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return _shown(request, beginning, beginning.form.blank(beginning.row, actor))
    form = beginning.form.filled(beginning.row, actor, request)
    if not form.is_valid():
        return _shown(request, beginning, form, status=422)
    try:
        made = beginning.make(actor=actor, **form.values)
    except Invalid as refused:
        form.refuse(refused)
        return _shown(request, beginning, form, status=422)
    except (Conflict, Forbidden) as refused:
        problem = refusal(refused)
        return _shown(request, beginning, form, problem, problem.status)
    messages.success(request, str(beginning.done))
    return redirect(beginning.to, pk=made.pk)


def _shown(
    request: HttpRequest,
    beginning: Beginning,
    form: PortalForm,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"begin": beginning, "form": form, "summary": form.summary, "refused": refused}
    return page(request, beginning.template, context, status=status)
