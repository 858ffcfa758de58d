"""Catalogues taken in from files: upload, map the columns, look at what it would do, confirm."""

from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.documents import XLSX
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere, require
from accounts.portal.access import signed_in
from accounts.portal.listing import list_page, list_view, reader
from catalog.actions.imports import check_import, discard_import, take_import, upload_import
from catalog.handout import hand_out
from catalog.interchange.annotating import annotate
from catalog.interchange.columns import column_of
from catalog.interchange.mapping import read_mapping
from catalog.interchange.reading import EXCEL, read_catalogue
from catalog.models import CatalogImport
from catalog.portal.import_forms import AUTO, LEFT_OUT, UploadForm, column_choices, read_columns
from catalog.portal.import_lists import FindingList, ImportList
from catalog.portal.import_words import COUNTS, FORMATS, STATES
from catalog.portal.words import column_title
from catalog.states import INTAKE
from kernel.errors import DomainError, Invalid, NotFound
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch

_BLANK_ROWS = 5


import_list = list_view(ImportList, Perm.CATALOG_IMPORT)


@require_GET
@signed_in
def template_file(request: HttpRequest) -> HttpResponse:
    """The national template, empty but for the department's name among its choices."""
    content = hand_out([], "national", base="")
    answer = HttpResponse(content, content_type=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="catalogue-template.xlsx"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def import_new(request: HttpRequest) -> HttpResponse:
    """Hand a file in and have it checked; nothing is written."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.CATALOG_IMPORT)
    if request.method != "POST":
        return page(request, "catalog/import_new.html", {"form": UploadForm.blank(None, actor)})
    form = UploadForm.filled(None, actor, request)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        values = dict(form.values)
        file = values.pop("file")
        given = {"kind": values.pop("format", None), "file_name": str(file.name)}
        try:
            row = upload_import(file.read(), actor=actor, **given, **values)
        except Invalid as refused:
            form.refuse(refused)
        except DomainError as refused:
            context["refused"] = refusal(refused)
        else:
            return _checked(request, row)
    context["summary"] = form.summary
    return page(request, "catalog/import_new.html", context, status=422)


def _checked(request: HttpRequest, row: CatalogImport, mapping: Any = None) -> HttpResponse:
    """Check the file and show what it would do; a file that cannot be read asks to be mapped."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        check_import(row, actor=actor, mapping=mapping)
    except DomainError as refused:
        row.refresh_from_db()
        problem = refusal(refused)
        return _mapping_shown(request, row, refused=problem, status=problem.status)
    return redirect("import", pk=row.pk)


@require_GET
@signed_in
def import_page(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """What taking the file in would do, or did."""
    row = _found(request, pk)
    if request.GET.get("as"):
        return list_page(request, FindingList)
    return _shown(request, row)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def import_mapping(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what the file's columns are, and check it anew."""
    row = _found(request, pk)
    if request.method == "POST":
        return _checked(request, row, read_columns(request.POST, row.mapping))
    return _mapping_shown(request, row)


@require_GET
@signed_in
def import_marked(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The workbook with its wrong cells marked; a list where the file was none."""
    row = _found(request, pk)
    body = bytes(row.body) if row.format == EXCEL else b""
    content = annotate(body, row.mapping, row.findings.all())
    answer = HttpResponse(content, content_type=XLSX)
    name = f"{Path(row.file_name or 'catalogue').stem[:60]}-marked.xlsx"
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@require_POST
@signed_in
def import_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Check it anew, take it in, or throw it away."""
    deeds = {"check": check_import, "take": take_import, "discard": discard_import}
    row = _found(request, pk)
    if verb not in deeds:
        raise NotFound()
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        deeds[verb](row, actor=actor)
    except DomainError as refused:
        row.refresh_from_db()
        problem = refusal(refused)
        return _shown(request, row, refused=problem, status=problem.status)
    told = {
        "check": gettext("Checked anew."),
        "take": gettext("Taken in."),
        "discard": gettext("The file was thrown away; what was found in it stays to be read."),
    }
    messages.success(request, told[verb])
    return redirect("import", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> CatalogImport:
    actor = reader(request, Perm.CATALOG_IMPORT)
    rows = CatalogImport.objects.visible_to(actor).select_related("department", "category")
    return fetch(rows, pk)


def _shown(
    request: HttpRequest, row: CatalogImport, refused: Problem | None = None, status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {
        "import": row,
        "state": STATES[row.state],
        "format": FORMATS[row.format],
        "counts": [(getattr(row, name), title) for name, title in COUNTS.items()],
        "list": FindingList(actor, request.GET, reverse("import", args=[row.pk])),
        "can_take": INTAKE.allows(row.state, "take") and _may_take(actor, row),
        "can_check": INTAKE.allows(row.state, "check"),
        "is_useful": bool(row.new or row.changed),
        "is_in_force": row.standing == CatalogImport.Standing.IN_FORCE,
        "entries": _entries_address(actor, row),
        "refused": refused,
    }
    return page(request, "catalog/import.html", context, status=status)


def _may_take(actor: Actor, row: CatalogImport) -> bool:
    in_force = row.standing == CatalogImport.Standing.IN_FORCE
    return may(actor, Perm.CATALOG_LOAD) if in_force else True


def _entries_address(actor: Actor, row: CatalogImport) -> str:
    several = may_everywhere(actor, Perm.CATALOG_IMPORT) and row.department_id
    return reverse("resources") + (f"?department={row.department_id}" if several else "")


def _mapping_shown(
    request: HttpRequest, row: CatalogImport, refused: Problem | None = None, status: int = 200
) -> HttpResponse:
    """The file's columns with what they are taken for, and empty rows for more."""
    mapped = dict(row.mapping.get("columns", {}))
    lines: list[tuple[str, str]] = []
    taken: dict[str, str] = {}
    try:
        sheet = read_catalogue(bytes(row.body), row.format, read_mapping(row.mapping))
    except DomainError as unread:
        refused = refused or refusal(unread)
    else:
        titles = dict.fromkeys([*sheet.titles.values(), *sheet.ignored])
        lines = [(title, mapped.get(title, AUTO)) for title in titles]
        taken = {title: name for name, title in sheet.titles.items()}
    there = {title for title, _name in lines}
    lines += [(title, name) for title, name in mapped.items() if title not in there]
    context = {
        "import": row,
        "lines": [(title, name or LEFT_OUT, _named(taken.get(title))) for title, name in lines],
        "blank": range(_BLANK_ROWS),
        "choices": column_choices(),
        "refused": refused,
    }
    return page(request, "catalog/import_mapping.html", context, status=status)


def _named(name: str | None) -> str:
    return column_title(column_of(name)) if name else ""
