"""Registering and changing connectors, and looking at what lies behind them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from accounts.portal.access import signed_in
from accounts.portal.form_pages import written
from accounts.portal.listing import reader
from exchange.actions.connectors import (
    browse_connector,
    change_connector,
    describe_table,
    preview_table,
    register_connector,
)
from exchange.dataplane.connectors.proposing import propose
from exchange.models import Connector
from exchange.portal import connector_words
from exchange.portal import lane_words as words
from exchange.portal.connector_forms import ConnectorForm
from exchange.portal.connectors import connector_of
from exchange.portal.revealing import reveal_facts
from kernel.errors import DomainError
from kernel.pages import page
from kernel.problems import Problem, refusal

_ROWS, _TABLES = 20, 1000


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def connector_register(request: HttpRequest) -> HttpResponse:
    """Without a kind in the address the kinds; else the form of that kind."""
    actor = reader(request, Perm.CONNECTOR_REGISTER)
    kind = request.GET.get("kind", "")
    if kind not in words.CONNECTOR_KINDS:
        kinds = list(words.CONNECTOR_KINDS.items())
        return page(request, "exchange/connector_kinds.html", {"kinds": kinds})
    form = ConnectorForm.of(kind, actor, request)
    return written(
        request,
        form,
        lambda: _register(form, kind, actor),
        done=_("The connector is registered; test it now."),
        to=lambda made: reverse("connector", args=[made.pk]),
        title=_("Register a connector"),
        lead=words.CONNECTOR_KINDS[kind],
        back=reverse("connector-register"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def connector_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change name, options or secrets; a secret that is left empty stays as it is."""
    row = connector_of(request, pk)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.CONNECTOR_REGISTER, row.department_id)
    form = ConnectorForm.of(row, actor, request)
    return written(
        request,
        form,
        lambda: _change(form, row, actor),
        done=_("The connector is changed; test it again."),
        title=_("Change the connector"),
        lead=row.name,
        back=reverse("connector", args=[pk]),
    )


@require_GET
@signed_in
def connector_tables(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The tables or files that can be read there."""
    row = connector_of(request, pk)
    tables: list[str] = []
    refused = None
    try:
        tables = browse_connector(row, actor=request.actor)  # type: ignore[attr-defined]
    except DomainError as wrong:
        refused = refusal(wrong)
    asked = request.GET.get("q", "").strip().lower()[:100]
    found = [table for table in tables if asked in table.lower()]
    context = {
        "connector": row,
        "tables": found[:_TABLES],
        "hidden": max(len(found) - _TABLES, 0),
        "asked": asked,
        **refusal_facts(refused),
    }
    status = refused.status if refused else 200
    return page(request, "exchange/connector_tables.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def connector_table(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A table's columns and the schema they would make; sent, also some of its rows."""
    row = connector_of(request, pk)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    table = request.GET.get("table", "").strip()[:500]
    context: dict[str, Any] = {"connector": row, "table": table, "columns": [], "sample": None}
    refused = None
    try:
        found = describe_table(row, actor=actor, table=table)
        schema = propose(found)
        context |= {
            "found": found,
            "columns": [
                (one, words.TYPES[one.item.type], one.item.name in schema.key)
                for one in found.columns
            ],
        }
        if request.method == "POST":
            rows = preview_table(row, actor=actor, table=table, rows=_ROWS)
            context["sample"] = {
                "names": rows.column_names,
                "rows": [list(line.values()) for line in rows.to_pylist()],
            }
    except DomainError as wrong:
        refused = refusal(wrong)
    context |= refusal_facts(refused) | reveal_facts(row, actor)
    status = refused.status if refused else 200
    return page(request, "exchange/connector_table.html", context, status=status)


def _register(form: ConnectorForm, kind: str, actor: Actor) -> Connector:
    said = form.cleaned_data
    return register_connector(
        said["system"],
        actor=actor,
        name=said["name"],
        kind=kind,
        options=form.options,
        secrets=form.secrets,
    )


def _change(form: ConnectorForm, row: Connector, actor: Actor) -> Connector:
    values = {"name": form.cleaned_data["name"], "options": form.options}
    if form.secrets:
        values["secrets"] = form.secrets
    return change_connector(row, actor=actor, expected=form.cleaned_data["expected"], values=values)


def refusal_facts(refused: Problem | None) -> dict[str, Any]:
    """The refusal with what mends it."""
    if refused is None:
        return {"refused": None, "mend": ""}
    code = str(refused.facts.get("reason", ""))
    return {"refused": refused, "mend": connector_words.MENDS.get(code, "")}
