"""Searches that the person keeps to make again."""

from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.actor import Actor
from accounts.portal.access import signed_in
from catalog.actions.searches import drop_search, save_search
from catalog.models import SavedSearch
from catalog.search.parameters import NAMES
from kernel.errors import DomainError
from kernel.problems import refusal
from kernel.rows import fetch

LONGEST_NAME, LONGEST_STATE = 60, 2000


@require_POST
@signed_in
def search_save(request: HttpRequest) -> HttpResponse:
    """Keep the search of the page under a name; a refusal is said there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    state = request.POST.get("state", "")[:LONGEST_STATE]
    name = request.POST.get("name", "").strip()[:LONGEST_NAME]
    parameters = {key: value for key, value in parse_qsl(state) if key in NAMES}
    back = f"{reverse('catalogue')}?{state}" if parameters else reverse("catalogue")
    if not name:
        messages.warning(request, gettext("Give the search a name."))
        return redirect(back)
    try:
        save_search(actor=actor, name=name, parameters=parameters)
    except DomainError as refused:
        messages.warning(request, gettext(refusal(refused).title))
    else:
        messages.success(request, gettext("The search is kept; you find it under your searches."))
    return redirect(back)


@require_POST
@signed_in
def search_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget a search."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = fetch(SavedSearch.objects.visible_to(actor), pk)
    try:
        drop_search(row, actor=actor, expected=row.version)
    except DomainError as refused:
        messages.warning(request, gettext(refusal(refused).title))
    else:
        messages.success(request, gettext("The search is forgotten."))
    return redirect("catalogue")
