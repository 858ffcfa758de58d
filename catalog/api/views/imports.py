"""Doors to imports of catalogues: hand in, check, take, discard, and read what was found."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.uploads import AnyBody, whole_body
from accounts.documents import XLSX
from accounts.models import Department
from catalog.actions.imports import check_import, discard_import, take_import, upload_import
from catalog.api.examples_imports import IMPORT_EXAMPLES
from catalog.api.serializers.imports import CatalogImportOut, ImportCheckIn, ImportFindingOut
from catalog.interchange.annotating import annotate
from catalog.interchange.errors import CatalogTooLarge
from catalog.interchange.findings import WRONG
from catalog.interchange.reading import EXCEL, FORMATS, MOST_BYTES
from catalog.models import CatalogImport, Category, ImportFinding
from kernel.api import ReadView
from kernel.errors import Invalid, Malformed

_ASKED = ("source", "standing", "format", "category", "department", "file_name")
_FILES = {
    XLSX: OpenApiTypes.BINARY,
    "text/csv": OpenApiTypes.BINARY,
    "application/json": OpenApiTypes.BINARY,
    "application/ld+json": OpenApiTypes.BINARY,
    "application/rdf+xml": OpenApiTypes.BINARY,
    "text/turtle": OpenApiTypes.BINARY,
}


class CatalogImportView(ReadView):
    """Catalogues taken in from files: the national template, CSV, JSON, DCAT, data.json."""

    model = CatalogImport
    out = CatalogImportOut
    into = {"check": ImportCheckIn}
    answers = {"workbook": {(200, XLSX): OpenApiTypes.BINARY}}
    bodies = {"create": _FILES}
    filters = {"source": "source", "state": "state", "department": "department_id"}
    examples = IMPORT_EXAMPLES

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """Of handing in: whose catalogue it is, as what it comes in, and where it is filed."""
        return _ASKED if self.action == "create" else ()

    @property
    def own_idempotency(self) -> bool:  # type: ignore[override]
        """A file is read as a stream; the same one handed in twice changes nothing."""
        return bool(self.action == "create")

    def get_parsers(self) -> list[BaseParser]:
        """Files are taken as they are; the other deeds take JSON."""
        deed = getattr(self, "action_map", {}).get(str(getattr(self.request, "method", "")).lower())
        return [MultiPartParser(), AnyBody()] if deed == "create" else super().get_parsers()

    def get_queryset(self) -> QuerySet:
        """Imports; their files are read only where they are needed."""
        rows = super().get_queryset()
        return rows.defer("body") if self.action in ("list", "retrieve") else rows

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Hand a catalogue in: the file is the body, or the part ``file`` of a form.

        ``source`` names the catalogue, so that it is known again; ``standing`` in_force takes a
        catalogue in that was published elsewhere. ``category`` (id or code of a class) files
        entries that name no class.
        """
        asked = request.query_params
        if not asked.get("source", "").strip() or len(asked["source"]) > 60:
            raise Invalid.field("source", "name the catalogue, in at most 60 characters")
        standing = asked.get("standing", CatalogImport.Standing.DRAFT)
        if standing not in CatalogImport.Standing.values:
            known = ", ".join(CatalogImport.Standing.values)
            raise Invalid.field("standing", f"choose from: {known}", "invalid-choice")
        if asked.get("format", FORMATS[0]) not in FORMATS:
            raise Invalid.field("format", f"choose from: {', '.join(FORMATS)}", "invalid-choice")
        body, name = _file(request)
        row = upload_import(
            body,
            actor=self.actor,
            source=asked["source"].strip(),
            standing=standing,
            kind=asked.get("format"),
            file_name=asked.get("file_name", name),
            department=self._named(Department, "department"),
            category=self._category(),
        )
        return self.show(row, status=201)

    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Say what taking it in would do: counts, and a finding for each value; writes nothing."""
        return self.show(check_import(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take the right entries in; a checked import is taken once."""
        return self.show(take_import(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Throw the file away."""
        return self.show(discard_import(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["get"])
    def workbook(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        """The workbook that was handed in with its wrong cells marked, or a list of what was
        found where the file was none."""
        row = self.get_object()
        body = bytes(row.body) if row.format == EXCEL else b""
        content = annotate(body, row.mapping, row.findings.all())
        answer = HttpResponse(content, content_type=XLSX)
        answer.headers["Content-Disposition"] = 'attachment; filename="catalogue-findings.xlsx"'
        return answer

    def _named(self, model: Any, name: str) -> Any:
        asked = self.request.query_params.get(name)
        return self.chosen(model, name, asked) if asked else None

    def _category(self) -> Category | None:
        asked = self.request.query_params.get("category", "")
        found = Category.objects.filter(code=asked).first() if asked.isdecimal() else None
        return found or self._named(Category, "category")


class ImportFindingView(ReadView):
    """What was found in one import, in the order of its lines."""

    model = ImportFinding
    out = ImportFindingOut
    filters = {"kind": "kind", "code": "code", "column": "column"}
    page_order = "pk"

    def get_queryset(self) -> QuerySet:
        """The findings of an import that the actor sees."""
        seen = CatalogImport.objects.visible_to(self.actor).defer("body")
        row = self.fetch(seen, self.kwargs.get("import_pk"))
        return super().get_queryset().filter(catalog_import=row)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """``kind`` is wrong, normalised or kept."""
        kind = self.request.query_params.get("kind", WRONG)
        if kind not in ImportFinding.Kind.values:
            known = ", ".join(ImportFinding.Kind.values)
            raise Invalid.field("kind", f"choose from: {known}", "invalid-choice")
        return super().filter_queryset(queryset)


def _file(request: Request) -> tuple[bytes, str]:
    """The bytes handed in and their file's name."""
    if not (request.content_type or "").startswith("multipart/"):
        return whole_body(request, MOST_BYTES, CatalogTooLarge), ""
    file = request.FILES.get("file")
    if file is None:
        raise Malformed("send the file as the part named file")
    if file.size > MOST_BYTES:
        raise CatalogTooLarge(f"at most {MOST_BYTES} bytes are taken", limit=MOST_BYTES)
    return file.read(), str(file.name)
