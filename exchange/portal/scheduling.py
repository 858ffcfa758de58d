"""Setting up a sync job in steps, each in the address: dataset and connector, table, the rest."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.form_pages import attempt
from accounts.portal.listing import reader
from exchange.actions.connectors import browse_connector, describe_table
from exchange.actions.syncs import schedule_sync
from exchange.models import Connector, Dataset
from exchange.portal.connecting import refusal_facts
from exchange.portal.datasets import name_of
from exchange.portal.sync_forms import ScheduleForm
from kernel.errors import DomainError
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch

_MOST = 500


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def sync_schedule(request: HttpRequest) -> HttpResponse:
    """The step that the address has come to."""
    actor = reader(request, Perm.SYNC_SCHEDULE)
    dataset = _named(_datasets(actor), request.GET.get("dataset", ""))
    connector = _named(_connectors(actor), request.GET.get("connector", ""))
    source = request.GET.get("source", "").strip()[:500]
    if dataset is None or connector is None:
        return _choose(request, actor, dataset, connector, source)
    if not source:
        return _tables(request, actor, dataset, connector)
    return _job(request, actor, dataset, connector, source)


@dataclass(frozen=True)
class Place:
    """A step of the way, and the address that leads back to it."""

    title: Any
    address: str
    is_here: bool
    lacks: tuple[str, ...] = ()


def _places(at: int, **query: Any) -> list[Place]:
    """The steps; ``query`` is what was chosen in those before."""
    names: tuple[tuple[str, ...], ...] = (("connector",), ("connector", "dataset"), ())
    titles = (_("From where to where"), _("Table"), _("Columns and timetable"))
    here = reverse("sync-schedule")
    return [
        Place(
            title,
            f"{here}?{urlencode({name: query[name] for name in kept if name in query})}"
            if step < at
            else "",
            step == at,
        )
        for step, (title, kept) in enumerate(zip(titles, names, strict=True))
    ]


def _choose(
    request: HttpRequest,
    actor: Actor,
    dataset: Dataset | None,
    connector: Connector | None,
    source: str,
) -> HttpResponse:
    """Which dataset, from which connector."""
    datasets = list(_datasets(actor).order_by("resource__published__name")[:_MOST])
    context = {
        "places": _places(0),
        "datasets": [(row.pk, name_of(row)) for row in datasets],
        "connectors": list(_connectors(actor).order_by("name")[:_MOST]),
        "dataset": dataset,
        "connector": connector,
        "source": source,
    }
    return page(request, "exchange/sync_choose.html", context)


def _tables(
    request: HttpRequest, actor: Actor, dataset: Dataset, connector: Connector
) -> HttpResponse:
    """Which table or files."""
    refused: Problem | None = None
    tables: list[str] = []
    try:
        tables = browse_connector(connector, actor=actor)
    except DomainError as wrong:
        refused = refusal(wrong)
    context = {
        "places": _places(1, connector=connector.pk),
        "dataset": dataset,
        "name": name_of(dataset),
        "connector": connector,
        "tables": tables[:_MOST],
        **refusal_facts(refused),
    }
    status = refused.status if refused else 200
    return page(request, "exchange/sync_table.html", context, status=status)


def _job(
    request: HttpRequest, actor: Actor, dataset: Dataset, connector: Connector, source: str
) -> HttpResponse:
    """Item by item, and when."""
    chosen = {"connector": connector.pk, "dataset": dataset.pk}
    context: dict[str, Any] = {
        "places": _places(2, **chosen),
        "dataset": dataset,
        "name": name_of(dataset),
        "connector": connector,
        "source": source,
    }
    try:
        described = describe_table(connector, actor=actor, table=source)
    except DomainError as wrong:
        problem = refusal(wrong)
        context |= {"places": _places(1, **chosen), "tables": [], **refusal_facts(problem)}
        return page(request, "exchange/sync_table.html", context, status=problem.status)
    data = request.POST if request.method == "POST" else None
    form = ScheduleForm.over(dataset, described, actor, data)
    made, refused = attempt(
        form,
        lambda: schedule_sync(
            dataset, actor=actor, connector=connector, source=source, **form.values
        ),
    )
    if made:
        messages.success(request, str(_("The sync job is set up; run it now to see it work.")))
        return redirect("sync", pk=made.pk)
    summary = form.summary if form.is_bound else []
    status = refused.status if refused else 422 if form.is_bound else 200
    context |= {"form": form, "summary": summary, "refused": refused}
    return page(request, "exchange/sync_new.html", context, status=status)


def _datasets(actor: Actor) -> Any:
    rows: Any = Dataset.objects.visible_to(actor)
    rows = rows.filter(department_id=actor.department_id, state="open")
    return rows.select_related("resource__published", "schema", "department", "system")


def _connectors(actor: Actor) -> Any:
    rows: Any = Connector.objects.visible_to(actor)
    return rows.filter(department_id=actor.department_id, state="active")


def _named(rows: Any, named: str) -> Any:
    """The row that the address names; None where it names none."""
    return fetch(rows, named) if named else None
