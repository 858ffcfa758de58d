"""Service interfaces in the portal: how each answers, how it is called, and its steps."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PlainForm, PortalForm, ReasonForm
from accounts.portal.listing import DepartmentsList, list_view, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from catalog.vocabulary import ShareMode
from exchange.actions.interfaces import (
    Tested,
    close_interface,
    pause_interface,
    resume_interface,
    test_interface,
)
from exchange.models import Grant, GrantDay, ServiceInterface
from exchange.portal import lane_words as words
from exchange.portal.interface_forms import LOGINS, TryForm
from exchange.states import INTERFACE
from kernel import cells
from kernel.errors import DomainError, Invalid
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

_DAYS, _GRANTS = 30, 50


def _step(deed: Callable[..., Any], form: type[PortalForm], title: Any, done: Any) -> Step:
    return Step(deed, form, (Perm.INTERFACE_REGISTER,), title, done, _owner)


def _owner(row: ServiceInterface) -> UUID:
    return row.department_id


STEPS = {
    "resume": _step(
        resume_interface, PlainForm, _("Let it be called again"), _("It can be called again.")
    ),
    "pause": _step(
        pause_interface,
        ReasonForm,
        _("Let nobody call for now"),
        _("It is paused; those served were told."),
    ),
    "close": Step(
        close_interface,
        PlainForm,
        (Perm.INTERFACE_REGISTER,),
        _("Close this interface"),
        _("Nobody can call it any more."),
        _owner,
        _("Close this interface for good?"),
    ),
}


class InterfaceList(DepartmentsList):
    """The interfaces of the department, and those that its grants open; by name."""

    perm = Perm.INTERFACE_VIEW
    title = _("Service interfaces")
    lead = _("Providers' own interfaces, called through the hub under a grant.")
    nothing = _("No service interface is registered yet.")
    search = ("name__icontains", "code__icontains", "resource__published__name__icontains")
    search_title = _("Name, code or entry")
    order = ("name", "pk")
    filters = (
        Filter("kind", _("Kind"), lambda actor: words.INTERFACE_KINDS.items(), "kind"),
        Filter(
            "state",
            _("State"),
            lambda actor: [(w, t) for w, (t, _b) in words.INTERFACE_STATES.items()],
            "state",
        ),
        Filter("department", _("Provider"), departments, "department_id"),
    )
    columns = (
        Column(
            "name",
            _("Interface"),
            lambda row: row.name,
            cells.linked("interface"),
            ("name",),
            width=36,
        ),
        Column("code", _("Code"), lambda row: row.code, cells.code, ("code",)),
        Column(
            "provider",
            _("Provider"),
            lambda row: row.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("kind", _("Kind"), lambda row: words.INTERFACE_KINDS[row.kind]),
        Column("state", _("State"), lambda row: row.state_word[0], cells.worded("state_word")),
        Column("breaker", _("Breaker"), lambda row: row.breaker[0], cells.worded("breaker")),
        Column(
            "resource",
            _("Entry"),
            lambda row: row.resource.published.name if row.resource.published else "",
            is_extra=True,
            width=36,
        ),
    )

    def rows(self) -> Any:
        """With what their lines show."""
        related = ("department", "resource__published", "system")
        return ServiceInterface.objects.visible_to(self.actor).select_related(*related)

    def lines(self, rows: list[Any]) -> list[Any]:
        """With state and breaker."""
        for row in rows:
            row.state_word = words.badge(words.INTERFACE_STATES, row.state)
            row.breaker = breaker_of(row)
        return rows

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Registering one."""
        if may(self.actor, Perm.INTERFACE_REGISTER):
            return [(reverse("interface-register"), _("Register an interface"))]
        return []

    def shown_filters(self) -> list[Any]:
        """Providers for everybody: those who hold grants see the interfaces of others."""
        return list(self.filters)


interface_list = list_view(InterfaceList, Perm.INTERFACE_VIEW)


@require_GET
@signed_in
def interface_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One interface: how it answers, how to call it, who may, and its steps."""
    return _shown(request, interface_of(request, pk))


@require_POST
@signed_in
def interface_try(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Call it once as its provider; names of items are shown, values never."""
    row = interface_of(request, pk)
    form = TryForm.filled(row, request.actor, request)  # type: ignore[attr-defined]
    if not form.is_valid():
        return _shown(request, row, Sent(status=422), trying=form)
    try:
        tested = test_interface(row, actor=request.actor, parameters=form.values)  # type: ignore[attr-defined]
    except Invalid as wrong:
        form.refuse(wrong)
        return _shown(request, row, Sent(status=422), trying=form)
    except DomainError as wrong:
        return _shown(request, row, Sent.of(wrong), trying=form)
    return _shown(request, row, trying=form, tested=tested)


@require_POST
@signed_in
def interface_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    row = interface_of(request, pk)
    return take_step(request, row, verb, STEPS, _shown, to="interface", pk=pk)


def interface_of(request: HttpRequest, pk: UUID) -> ServiceInterface:
    """The interface of the address, if the person may see it."""
    rows = ServiceInterface.objects.visible_to(reader(request, Perm.INTERFACE_VIEW))
    related = ("department", "resource__published", "system")
    return fetch(rows.select_related(*related), pk)


def breaker_of(row: ServiceInterface) -> tuple[Any, str]:
    """Whether calls are let through, and its colour."""
    if row.open_until and row.open_until > timezone.now():
        return _("resting"), "bad"
    if row.open_until:
        return _("is tried again"), "warn"
    return (_("failing"), "warn") if row.failures else (_("closed, calls pass"), "good")


def _shown(
    request: HttpRequest,
    row: ServiceInterface,
    sent: Sent = NOTHING_SENT,
    *,
    trying: PortalForm | None = None,
    tested: Tested | None = None,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    is_own = may(actor, Perm.INTERFACE_VIEW, row.department_id)
    changes = row.state != "closed" and may(actor, Perm.INTERFACE_REGISTER, row.department_id)
    context = {
        "interface": row,
        "entry": row.resource.published,
        "kind": words.INTERFACE_KINDS[row.kind],
        "state": words.badge(words.INTERFACE_STATES, row.state),
        "breaker": breaker_of(row),
        "is_own": is_own,
        "login": dict(LOGINS).get(row.auth.get("kind", "none"), ""),
        "changes": changes,
        "days": _days(row) if is_own else [],
        "grants": _grants(actor, row),
        "call": f"{settings.PUBLIC_URL}/api/v1/interfaces/{row.pk}/call",
        "parameters": [
            {**each, "said": each.get("title") or each.get("item", "")} for each in row.parameters
        ],
        "example": json.dumps({"parameters": _example(row)}, ensure_ascii=False),
        "trying": (trying or TryForm.blank(row, actor)) if changes else None,
        "tested": tested,
        "verb": sent.verb,
        **sent.context(row, actor, STEPS, lambda name: INTERFACE.allows(row.state, name)),
    }
    if trying:
        context["summary"] = trying.summary
    return page(request, "exchange/interface.html", context, status=sent.status)


def _days(row: ServiceInterface) -> list[Any]:
    first = timezone.localdate() - timedelta(days=_DAYS - 1)
    return list(row.days.filter(day__gte=first).order_by("day"))


def _grants(actor: Actor, row: ServiceInterface) -> list[Any]:
    """The grants under which it may be called, with what was used of today's bounds."""
    rows = Grant.objects.visible_to(actor).live()
    rows = rows.filter(resource_id=row.resource_id, modes__contains=[ShareMode.INTERFACE.value])
    found: list[Any] = list(
        rows.select_related("department", "system").order_by("created_at")[:_GRANTS]
    )
    used = {each.grant_id: each for each in _today(found)}
    for grant in found:
        grant.today = used.get(grant.pk)
    return found


def _today(grants: list[Any]) -> Any:
    return GrantDay.objects.filter(grant__in=grants, day=timezone.localdate())


def _example(row: ServiceInterface) -> dict[str, str]:
    return {parameter["name"]: "…" for parameter in row.parameters}
