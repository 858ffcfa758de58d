"""Asking for data, step by step: items, why, how and how long, check. Nothing typed is lost.

No step writes anything: what earlier steps said travels hidden with the page until it is submitted.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from accounts.portal.access import signed_in
from catalog.items import entry_in_force
from catalog.models import Resource
from catalog.portal.words import SHARE_TYPES
from exchange.actions.requests import submit_request
from exchange.models import Grant, SharingRequest
from exchange.portal.wizard_forms import (
    BOUNDS,
    ITEMS,
    NONE,
    PARTS,
    PURPOSE,
    REVIEW,
    VALUE,
    VERIFY,
    Draft,
    RequestForm,
    use_of,
)
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.texts import listed

_ORDER = (ITEMS, PURPOSE, BOUNDS, REVIEW)
_CHOICES = 20


@require_http_methods(["GET", "POST"])
@signed_in
def request_new(request: HttpRequest) -> HttpResponse:
    """Choose the data, or go on with the step that the page names."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.REQUEST_SUBMIT)
    draft = _draft(request, actor)
    if draft is None:
        return _choose(request, actor)
    if request.method != "POST":
        return _shown(request, draft, RequestForm.blank(draft, actor), ITEMS)
    return _gone_on(request, draft, actor)


def _gone_on(request: HttpRequest, draft: Draft, actor: Actor) -> HttpResponse:
    """Where the button leads; a part with errors is shown again before any other."""
    part, go = request.POST.get("part", ITEMS), request.POST.get("go", "next")
    part = part if part in _ORDER else ITEMS
    data = _all_items(request.POST, draft, actor, go)
    form = RequestForm(data, row=draft, actor=actor)
    form.full_clean()
    wanted = _wanted(part, go)
    if wanted == "submit":
        return _submitted(request, draft, form, actor)
    backwards = _ORDER.index(wanted) <= _ORDER.index(part)
    if not backwards and any(field.errors for field in form.part_fields(part)):
        form.forgive(part)
        return _shown(request, draft, form, part, status=422)
    if wanted == REVIEW and form.first_wrong() != REVIEW:
        wrong = form.first_wrong()
        form.forgive(wrong)
        return _shown(request, draft, form, wrong, status=422)
    form.forgive("")
    return _shown(request, draft, form, wanted)


def _wanted(part: str, go: str) -> str:
    """The part that the button of a part leads to, or ``submit``."""
    place = _ORDER.index(part)
    if go in _ORDER:
        return go
    if go in ("all", "none"):
        return ITEMS
    if go == "back":
        return _ORDER[max(place - 1, 0)]
    return "submit" if part == REVIEW else _ORDER[place + 1]


def _all_items(data: QueryDict, draft: Draft, actor: Actor, go: str) -> QueryDict:
    """What was sent, with every item chosen or none where that button was pressed."""
    if go not in ("all", "none"):
        return data
    changed = data.copy()
    for item in RequestForm.blank(draft, actor).items:
        changed[use_of(item)] = VALUE if go == "all" else NONE
    return changed


def _submitted(request: HttpRequest, draft: Draft, form: RequestForm, actor: Actor) -> HttpResponse:
    if not form.is_valid():
        return _shown(request, draft, form, form.first_wrong(), status=422)
    try:
        made = submit_request(draft.resource, actor=actor, **form.values)
    except Invalid as refused:
        form.refuse(refused)
        return _shown(request, draft, form, form.first_wrong(), status=422)
    except (Conflict, Forbidden) as refused:
        problem = refusal(refused)
        return _shown(request, draft, form, REVIEW, problem, problem.status)
    messages.success(request, str(_("Submitted. The head of your department agrees to it next.")))
    return redirect("request", pk=made.pk)


def _draft(request: HttpRequest, actor: Actor) -> Draft | None:
    """What the address begins from; NotFound for what the person may not see."""
    own = {"department_id": actor.department_id}
    requests: Any = SharingRequest.objects.visible_to(actor).select_related("resource", "system")
    grants: Any = Grant.objects.visible_to(actor).select_related("resource", "request")
    like = _named(requests.filter(**own), request.GET.get("like", ""))
    amends = _named(grants.filter(**own), request.GET.get("amends", ""))
    if like or amends:
        resource = (like or amends).resource
    else:
        resource = _named(Resource.objects.visible_to(actor), request.GET.get("resource", ""))
    if resource is None:
        return None
    return Draft(resource, entry_in_force(resource), like, amends)


def _named(rows: Any, asked: str) -> Any:
    try:
        pk = UUID(asked)
    except ValueError:
        return None
    return get_object_or_404(rows, pk=pk)


def _choose(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The data by its name, patterns of the department, and what it asked for last."""
    words = request.GET.get("q", "").strip()[:100]
    rows: Any = Resource.objects.visible_to(actor).filter(published__isnull=False)
    rows = rows.exclude(department_id=actor.department_id)
    rows = rows.exclude(published__share_type="not_shared")
    if words:
        rows = rows.filter(published__name__icontains=words)
    found = rows.select_related("published", "department").order_by(
        "-is_attached", "published__name"
    )
    asked: Any = SharingRequest.objects.visible_to(actor).select_related("entry")
    own = asked.filter(department_id=actor.department_id)
    context = {
        "words": words,
        "found": [(row, SHARE_TYPES[row.published.share_type]) for row in found[:_CHOICES]],
        "patterns": own.exclude(template_name="").order_by("template_name")[:_CHOICES],
        "recent": own.order_by("-created_at")[:5],
    }
    return page(request, "exchange/sharing/request_choose.html", context)


def _shown(
    request: HttpRequest,
    draft: Draft,
    form: RequestForm,
    part: str,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    place = _ORDER.index(part)
    context = {
        "draft": draft,
        "form": form,
        "part": part,
        "title": PARTS[part],
        "steps": [(name, PARTS[name], at < place, at == place) for at, name in enumerate(_ORDER)],
        "fields": form.part_fields(part) if part != ITEMS else [],
        "carried": form.carried(part),
        "said": _said(form) if part == REVIEW else [],
        "values": form.chosen(VALUE),
        "verified": form.chosen(VERIFY),
        "share_type": SHARE_TYPES[draft.entry.share_type],
        "summary": form.summary,
        "refused": refused,
    }
    return page(request, "exchange/sharing/request_new.html", context, status=status)


def _said(form: RequestForm) -> list[tuple[str, list[tuple[Any, str]]]]:
    """What was filled in, by part, to be read once more."""
    return [
        (part, [(field.label, _text(form, field)) for field in form.part_fields(part)])
        for part in (PURPOSE, BOUNDS)
    ]


def _text(form: RequestForm, field: Any) -> str:
    value = form.cleaned_data.get(field.name) if form.is_bound else None
    if hasattr(value, "__iter__") and not isinstance(value, str):
        value = list(value or ())
    if value in (None, "", []):
        return "–"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    choices = {str(code): str(title) for code, title in getattr(field.field, "choices", ())}
    if field.name in ("modes", "frequency"):
        parts = value if isinstance(value, list) else [value]
        return listed(choices.get(str(part), str(part)) for part in parts)
    if hasattr(value, "__iter__") and not isinstance(value, str):
        return listed(str(getattr(part, "name", part)) for part in value)
    return str(getattr(value, "name", value))
