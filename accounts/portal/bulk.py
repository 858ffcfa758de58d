"""One step with many rows of a list: confirmed once, taken row by row, told row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from accounts.portal.forms import PortalForm
from accounts.portal.steps import Step
from kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from kernel.lists import List
from kernel.pages import page
from kernel.problems import Problem, refusal

MOST = 500


@dataclass(frozen=True)
class Picked:
    """A row with the name under which the list shows it."""

    row: Any
    name: Any


@dataclass(frozen=True)
class Outcome:
    """What became of one row; ``refused`` is None where the step was taken."""

    name: Any
    refused: Problem | None


def bulk_page(request: HttpRequest, shown: List) -> HttpResponse:
    """Ask once with the rows and what the step wants to know, then take it with each of them."""
    verb = request.POST.get("bulk", "")
    step = shown.bulk.get(verb)
    if step is None or not step.is_open_to(shown.actor):
        raise NotFound()
    rows = _rows(request, shown)
    if not 0 < len(rows) <= MOST:
        said = gettext("Pick at least one row.") if not rows else gettext("Pick fewer rows.")
        messages.warning(request, said)
        return redirect(shown.path + shown.address().removeprefix(shown.path))
    able = [row for row in rows if shown.is_possible(verb, row) and step.is_for(shown.actor, row)]
    is_confirmed = "confirmed" in request.POST
    form = (
        step.form.filled(None, shown.actor, request)
        if is_confirmed
        else step.form.blank(None, shown.actor)
    )
    if not (is_confirmed and able and form.is_valid()):
        return _asked(request, shown, verb, rows, able, form)
    outcomes = [_taken(step, one, shown.actor, form) for one in _named(shown, able)]
    done = sum(one.refused is None for one in outcomes)
    context = {"list": shown, "step": step, "outcomes": outcomes, "done": done}
    return page(request, "accounts/bulk_done.html", context)


def _rows(request: HttpRequest, shown: List) -> list[Any]:
    """What was picked among what the actor sees, up to one more than can be taken at once."""
    picked = request.POST.getlist("pick")
    if "all" in picked:
        return list(shown.found[: MOST + 1])
    key = shown.found.model._meta.pk
    keys = []
    for one in picked[: MOST + 1]:
        try:
            keys.append(key.to_python(one))
        except ValidationError:
            continue
    return list(shown.found.filter(pk__in=keys)) if keys else []


def _named(shown: List, rows: list[Any]) -> list[Picked]:
    name = shown.columns[0].value
    lines = shown.lines(rows)
    return [Picked(row, name(line)) for row, line in zip(rows, lines, strict=True)]


def _asked(
    request: HttpRequest,
    shown: List,
    verb: str,
    rows: Sequence[Any],
    able: list[Any],
    form: PortalForm,
) -> HttpResponse:
    taken = {row.pk for row in able}
    context = {
        "list": shown,
        "verb": verb,
        "step": shown.bulk[verb],
        "able": _named(shown, able),
        "left": _named(shown, [row for row in rows if row.pk not in taken]),
        "form": form,
        "summary": form.summary if form.is_bound else [],
    }
    return page(request, "accounts/bulk.html", context, 422 if context["summary"] else 200)


def _taken(step: Step, one: Picked, actor: Any, form: PortalForm) -> Outcome:
    try:
        step.deed(one.row, actor=actor, **form.values)
    except (Conflict, Forbidden, Invalid, Stale) as refused:
        return Outcome(one.name, refusal(refused))
    return Outcome(one.name, None)
