"""Connectors in the portal: where data is read from, whether it can be reached, what lies there."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PlainForm
from accounts.portal.listing import DepartmentsList, list_view, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from exchange.actions.connectors import Test, close_connector, test_connector
from exchange.models import Connector
from exchange.portal import cells as own_cells
from exchange.portal import connector_words
from exchange.portal import lane_words as words
from exchange.portal.revealing import REVEAL, reveal_facts
from exchange.reveals import is_allowed
from kernel import cells
from kernel.errors import Conflict, Forbidden
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

_JOBS = 50

STEPS = {
    "close": Step(
        close_connector,
        PlainForm,
        (Perm.CONNECTOR_REGISTER,),
        _("Close this connector"),
        _("Nothing is read through it any more; its secrets are forgotten."),
        lambda row: row.department_id,
        _("Close it and forget its secrets?"),
    ),
    "reveal": REVEAL,
}


class ConnectorList(DepartmentsList):
    """The department's connectors, by name."""

    perm = Perm.CONNECTOR_VIEW
    title = _("Connectors")
    lead = _("Databases, folders and interfaces that your department's data is read from.")
    nothing = _("No connector is registered yet.")
    search = ("name__icontains", "system__name__icontains")
    search_title = _("Name or system")
    order = ("state", "name", "pk")
    filters = (
        Filter("kind", _("Kind"), lambda actor: words.CONNECTOR_KINDS.items(), "kind"),
        Filter(
            "state",
            _("State"),
            lambda actor: [(w, t) for w, (t, _b) in words.CONNECTOR_STATES.items()],
            "state",
        ),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "name",
            _("Connector"),
            lambda row: row.name,
            cells.linked("connector"),
            ("name",),
            width=36,
        ),
        Column("kind", _("Kind"), lambda row: words.CONNECTOR_KINDS[row.kind], sort=("kind",)),
        Column("system", _("System"), lambda row: row.system.name, width=28),
        Column(
            "department",
            _("Department"),
            lambda row: row.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("state", _("State"), lambda row: row.state_word[0], cells.worded("state_word")),
        Column("test", _("Last test"), lambda row: row.test_word[0], own_cells.tested),
    )

    def rows(self) -> Any:
        """With what their lines show."""
        return Connector.objects.visible_to(self.actor).select_related("system", "department")

    def lines(self, rows: list[Any]) -> list[Any]:
        """With state and how the last test went."""
        for row in rows:
            row.state_word = words.badge(words.CONNECTOR_STATES, row.state)
            row.test_word = _tested(row)
        return rows

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Registering one."""
        if may(self.actor, Perm.CONNECTOR_REGISTER):
            return [(reverse("connector-register"), _("Register a connector"))]
        return []


connector_list = list_view(ConnectorList, Perm.CONNECTOR_VIEW)


@require_GET
@signed_in
def connector_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One connector: where it leads, how the last test went, and the jobs that use it."""
    return _shown(request, connector_of(request, pk))


@require_POST
@signed_in
def connector_test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Connect, log in and look; how it went is said on the page."""
    row = connector_of(request, pk)
    try:
        tested = test_connector(row, actor=request.actor)  # type: ignore[attr-defined]
    except (Conflict, Forbidden) as wrong:
        return _shown(request, row, Sent.of(wrong))
    return _shown(request, row, tested=tested)


@require_POST
@signed_in
def connector_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    row = connector_of(request, pk)
    return take_step(request, row, verb, STEPS, _shown, to="connector", pk=pk)


def connector_of(request: HttpRequest, pk: UUID) -> Connector:
    """The connector of the address, if the person may see it."""
    rows = Connector.objects.visible_to(reader(request, Perm.CONNECTOR_VIEW))
    return fetch(rows.select_related("system", "department"), pk)


def _shown(
    request: HttpRequest,
    row: Connector,
    sent: Sent = NOTHING_SENT,
    *,
    tested: Test | None = None,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    is_open = row.state == "active"
    fault = tested.fault if tested else None
    context = {
        "connector": row,
        "kind": words.CONNECTOR_KINDS[row.kind],
        "state": words.badge(words.CONNECTOR_STATES, row.state),
        "options": [
            (connector_words.OPTIONS.get(name, name), value)
            for name, value in row.options.items()
            if value not in ("", None)
        ],
        "tested": tested,
        "fault": fault,
        "mend": connector_words.MENDS.get(fault.code, fault.mend) if fault else "",
        "last_test": _tested(row),
        "jobs": list(row.sync_jobs.select_related("dataset").order_by("name")[:_JOBS]),
        "changes": is_open and may(actor, Perm.CONNECTOR_REGISTER, row.department_id),
        "schedules": is_open and may(actor, Perm.SYNC_SCHEDULE, row.department_id),
        **sent.context(row, actor, STEPS, lambda name: _is_possible(row, actor, name)),
        **reveal_facts(row, actor),
    }
    return page(request, "exchange/connector.html", context, status=sent.status)


def _tested(row: Connector) -> tuple[Any, str]:
    if row.tested_at is None:
        return _("not tested yet"), ""
    return (_("failed"), "bad") if row.test_error else (_("went well"), "good")


def _is_possible(row: Connector, actor: Actor, name: str) -> bool:
    return row.state == "active" and (name != "reveal" or is_allowed(row, actor))
