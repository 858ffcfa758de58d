"""Registering a service interface under an entry, and changing it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from accounts.portal.access import signed_in
from accounts.portal.form_pages import written
from accounts.portal.listing import reader
from catalog.models import Resource
from exchange.actions.interfaces import change_interface, register_interface
from exchange.models import ServiceInterface
from exchange.portal.interface_forms import InterfaceForm
from exchange.portal.interfaces import interface_of
from kernel.pages import page
from kernel.rows import fetch

_MOST = 500


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def interface_register(request: HttpRequest) -> HttpResponse:
    """Without an entry in the address the department's entries in force; else the form."""
    actor = reader(request, Perm.INTERFACE_REGISTER)
    named = request.GET.get("resource", "")
    if not named:
        rows = list(_resources(actor).order_by("published__name")[:_MOST])
        return page(request, "exchange/interface_entry.html", {"resources": rows})
    resource = fetch(_resources(actor), named)
    form = InterfaceForm.of(resource, actor, request)
    return written(
        request,
        form,
        lambda: _register(resource, actor, form.values),
        done=_("The interface is registered; try it now."),
        to=lambda made: reverse("interface", args=[made.pk]),
        title=_("Register an interface"),
        lead=resource.published.name if resource.published else "",
        back=reverse("interface-register"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def interface_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what it declares; what takes something from callers is announced first (Art. 27)."""
    row = interface_of(request, pk)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.INTERFACE_REGISTER, row.department_id)
    form = InterfaceForm.of(row, actor, request)
    return written(
        request,
        form,
        lambda: _change(row, actor, form),
        done=_("The interface is changed."),
        title=_("Change the interface"),
        lead=row.name,
        back=reverse("interface", args=[pk]),
    )


def _register(resource: Resource, actor: Actor, values: dict[str, Any]) -> ServiceInterface:
    values.setdefault("auth", {})
    return register_interface(resource, actor=actor, **values)


def _change(row: ServiceInterface, actor: Actor, form: InterfaceForm) -> ServiceInterface:
    expected = form.cleaned_data["expected"]
    return change_interface(row, actor=actor, expected=expected, values=form.values)


def _resources(actor: Actor) -> Any:
    rows: Any = Resource.objects.visible_to(actor)
    own = rows.filter(department_id=actor.department_id, published__isnull=False)
    return own.select_related("published")
