"""Code lists and data elements in the portal: lists, and a page of each with its versions."""

from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.listing import list_page
from catalog.codelists import diff_codes
from catalog.interchange.columns import ITEM_COLUMNS
from catalog.models import CodeList, CodeListVersion, DataElement, Item
from catalog.portal.words import column_label
from catalog.vocabulary import ItemType
from kernel import cells
from kernel.errors import NotFound
from kernel.lists import Column, Filter, List
from kernel.pages import page
from kernel.parameters import whole_number
from kernel.rows import fetch

_CODES_SHOWN, _CHANGES_SHOWN, _USERS_SHOWN = 500, 100, 50


def standard_tabs(here: str) -> list[tuple[str, Any, bool]]:
    """What the catalogue is written by: each a list of its own."""
    return [
        (reverse("code-lists"), _("Code lists"), here == "code-lists"),
        (reverse("data-elements"), _("Data elements"), here == "data-elements"),
        (reverse("synonyms"), _("Synonyms for search"), here == "synonyms"),
    ]


class CodeLists(List):
    """The code lists, by identifier, with their version in force."""

    title = _("Code lists")
    lead = _("Lists of codes that items take their values from: national standards and local ones.")
    nothing = _("No code list has been added yet.")
    search = ("identifier__icontains", "name__icontains")
    search_title = _("Identifier or name")
    order = ("identifier", "pk")
    filters = (
        Filter(
            "kind",
            _("Kind"),
            lambda actor: (("national", _("National")), ("local", _("Local"))),
            apply=lambda rows, kind: rows.filter(department__isnull=kind == "national"),
        ),
    )
    columns = (
        Column(
            "identifier",
            _("Identifier"),
            lambda row: row.identifier,
            cells.linked("code-list-page"),
            ("identifier",),
        ),
        Column("name", _("Name"), lambda row: row.name, sort=("name",), width=40),
        Column(
            "department",
            _("Department"),
            lambda row: row.department.name if row.department else _("National"),
            width=28,
        ),
        Column(
            "number",
            _("Version in force"),
            lambda row: row.current.number if row.current else None,
            is_number=True,
        ),
        Column(
            "effective_on",
            _("In force since"),
            lambda row: row.current.effective_on if row.current else None,
            cells.day,
            ("current__effective_on",),
        ),
        Column("size", _("Codes"), lambda row: row.size, sort=("size",), is_number=True),
    )

    def rows(self) -> Any:
        """Without the codes themselves, which are many."""
        rows: Any = CodeList.objects.visible_to(self.actor)
        size = Coalesce("current__codes__len", 0, output_field=IntegerField())
        return (
            rows.select_related("current", "department")
            .defer("current__codes", "current__names")
            .annotate(size=size)
        )

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Beside the data elements."""
        return standard_tabs("code-lists")

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Adding a list."""
        is_able = may(self.actor, Perm.CODE_LIST_ADD)
        return [(reverse("code-list-new"), _("Add a code list"))] if is_able else []


class Elements(List):
    """The data elements, by identifier."""

    title = _("Data elements")
    lead = _("What an item means, wherever it is collected; items of one meaning name one element.")
    nothing = _("No data element has been defined yet.")
    search = ("identifier__icontains", "name__icontains", "synonyms__icontains")
    search_title = _("Identifier, name or synonym")
    order = ("identifier", "pk")
    filters = (Filter("type", _("Data type"), lambda actor: _types(), "data_type"),)
    columns = (
        Column(
            "identifier",
            _("Identifier"),
            lambda row: row.identifier,
            cells.linked("data-element-page"),
            ("identifier",),
        ),
        Column("name", _("Name"), lambda row: row.name, sort=("name",), width=30),
        Column("data_type", _("Data type"), lambda row: row.type_word, sort=("data_type",)),
        Column("length", _("Length"), lambda row: row.length, sort=("length",), is_number=True),
        Column(
            "code_list",
            _("Code list"),
            lambda row: row.code_list.identifier if row.code_list else "",
        ),
        Column("definition", _("Definition"), lambda row: row.definition, width=48),
        Column("standard", _("Standard"), lambda row: row.standard, is_extra=True),
    )

    def rows(self) -> Any:
        """With the code lists that they name."""
        return DataElement.objects.visible_to(self.actor).select_related("code_list")

    def lines(self, rows: list[Any]) -> list[Any]:
        """With their types in words."""
        for row in rows:
            row.type_word = column_label(ITEM_COLUMNS["data_type"], row.data_type)
        return rows

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Beside the code lists."""
        return standard_tabs("data-elements")

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Defining an element."""
        is_able = may(self.actor, Perm.ELEMENT_DEFINE)
        return [(reverse("data-element-new"), _("Define a data element"))] if is_able else []


def _types() -> list[tuple[str, str]]:
    return [(kind, column_label(ITEM_COLUMNS["data_type"], kind)) for kind in ItemType.values]


@require_GET
@signed_in
def code_lists(request: HttpRequest) -> HttpResponseBase:
    """The code lists."""
    return list_page(request, CodeLists)


@require_GET
@signed_in
def data_elements(request: HttpRequest) -> HttpResponseBase:
    """The data elements."""
    return list_page(request, Elements)


@require_GET
@signed_in
def code_list_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One list: the codes of a version, its versions, and what the version changed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = fetch(CodeList.objects.visible_to(actor).select_related("department"), pk)
    size = Coalesce("codes__len", 0, output_field=IntegerField())
    known = row.versions.order_by("-number").annotate(size=size).defer("codes", "names")
    versions = list(known)
    number = request.GET.get("version", "")
    shown = _chosen(row, number)
    before = row.versions.filter(number__lt=shown.number).order_by("-number").first()
    words = request.GET.get("q", "").strip()[:100]
    codes = [pair for pair in shown.pairs.items() if not words or words in "".join(pair)]
    changes = diff_codes(before.pairs, shown.pairs) if before else None
    context = {
        "code_list": row,
        "revises": may(actor, Perm.CODE_LIST_REVISE, row.department_id),
        "versions": versions,
        "shown": shown,
        "words": words,
        "codes": codes[:_CODES_SHOWN],
        "hidden": max(len(codes) - _CODES_SHOWN, 0),
        "before": before,
        "changes": _changes(changes)[:_CHANGES_SHOWN] if changes else [],
        "changed": len(_changes(changes)) if changes else 0,
        "elements": row.elements.order_by("identifier")[:_USERS_SHOWN],
    }
    return page(request, "catalog/code_list.html", context)


@require_GET
@signed_in
def data_element_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One element; for readers of the catalogue also the entries whose items take its meaning."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = fetch(DataElement.objects.visible_to(actor).select_related("code_list"), pk)
    used = Item.objects.filter(element=row, entry__state="published")
    items = used if may(actor, Perm.RESOURCE_VIEW) else used.none()
    told = items.select_related("entry__department", "source_department")
    context = {
        "element": row,
        "changes": may(actor, Perm.ELEMENT_DEFINE),
        "type": column_label(ITEM_COLUMNS["data_type"], row.data_type),
        "items": told.order_by("entry__name", "pk")[:_USERS_SHOWN],
        "counts": items.aggregate(
            items=Count("pk"), departments=Count("entry__department", distinct=True)
        ),
    }
    return page(request, "catalog/data_element.html", context)


def _chosen(row: CodeList, number: str) -> CodeListVersion:
    """The version asked for, else the one in force, else the newest."""
    versions = row.versions
    if number:
        found = versions.filter(number=whole_number(number) or 0).first()
    else:
        found = (
            versions.filter(pk=row.current_id or "").first() or versions.order_by("-number").first()
        )
    if found is None:
        raise NotFound()
    return found


def _changes(changes: Any) -> list[tuple[str, str, str, str]]:
    """Code by code: (how, code, before, after)."""
    return [
        *(("added", code, "", name) for code, name in changes.added),
        *(("removed", code, name, "") for code, name in changes.removed),
        *(("renamed", code, before, after) for code, before, after in changes.renamed),
    ]
