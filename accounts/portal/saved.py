"""Lists that a person saves, from the list itself."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.actions.savedlists import remove_list, save_list
from accounts.models import SavedList
from accounts.portal.access import signed_in
from accounts.portal.forms import PortalForm
from kernel.errors import Conflict, Invalid
from kernel.problems import refusal
from kernel.rows import fetch


class SavedListForm(PortalForm):
    """What is saved: the name typed, and the list as its address shows it."""

    keeps = frozenset({"state"})

    title = forms.CharField(label=_("Name"), max_length=60)
    address = forms.CharField(max_length=100, widget=forms.HiddenInput)
    state = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)


@require_POST
@signed_in
def list_save(request: HttpRequest) -> HttpResponse:
    """Save the list under the name typed, and show it."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    form = SavedListForm.filled(None, actor, request)
    if not form.is_valid():
        messages.error(request, gettext("Give the saved list a name of up to 60 characters."))
        return redirect(_back(form))
    try:
        made = save_list(actor=actor, **form.values)
    except (Conflict, Invalid) as refused:
        messages.error(request, gettext(refusal(refused).title))
        return redirect(_back(form))
    messages.success(request, gettext("The list is saved; you find it here and on your home page."))
    return redirect(made.link)


@require_POST
@signed_in
def list_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget a saved list, and show its page."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    saved: SavedList = fetch(SavedList.objects.visible_to(actor), pk)
    address = saved.address
    remove_list(saved, actor=actor)
    messages.success(request, gettext("The saved list is removed."))
    return redirect(address)


def _back(form: SavedListForm) -> str:
    address = form.data.get("address", "")
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return "/"
    state = form.data.get("state", "")
    return f"{address}?{state}" if state else address
