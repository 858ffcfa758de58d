"""Doors to the register as a form: export, template, import."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.imports import ATOMIC, PARTIAL, form_rows, import_systems
from accounts.api.serializers.registers import ImportOut
from accounts.api.uploads import CSVBody, WorkbookBody, content_type, form_body
from accounts.api.views.systems import RegisterView
from accounts.documents import XLSX
from accounts.downloads import form_answer
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from accounts.register.marking import mark_workbook
from accounts.register.reading import CSV, read_form
from kernel.api import ApiView
from kernel.errors import Invalid
from kernel.parameters import one_of

IMPORTED = "批量导入"


class SystemExportView(RegisterView):
    """The register in the layout of the census, as a workbook or as CSV."""

    answers = {"export": {(200, XLSX): OpenApiTypes.BINARY, (200, CSV): OpenApiTypes.BINARY}}

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """``as``: xlsx or csv; ``charset`` of CSV; and the filters of the list."""
        return ("as", "charset", *self.filters)

    def export(self, request: Request, **kwargs: Any) -> FileResponse:
        """The systems that the actor may see and the filters name, a row each."""
        require(self.actor, Perm.SYSTEM_VIEW)
        kind = one_of(request, "as", "xlsx", "csv")
        charset = one_of(request, "charset", "utf-8", "gb18030")
        rows = form_rows(self.filter_queryset(self.model.objects.visible_to(self.actor)))
        return form_answer(rows, kind, charset)


class SystemTemplateView(ApiView):
    """The empty form."""

    model = InformationSystem
    answers = {"template": {(200, XLSX): OpenApiTypes.BINARY}}

    def template(self, request: Request, **kwargs: Any) -> FileResponse:
        """The form with its drop-downs and a sheet of notes."""
        return form_answer([], "xlsx", "utf-8")


class SystemImportView(ApiView):
    """Entering and correcting systems by a form."""

    model = InformationSystem
    out = ImportOut
    answers = {"create": {200: ImportOut, (200, XLSX): OpenApiTypes.BINARY}}
    parser_classes = [WorkbookBody, CSVBody]
    bodies = {"create": {XLSX: OpenApiTypes.BINARY, CSV: OpenApiTypes.BINARY}}
    parameters = ("dry_run", "mode", "answer", "change_message")
    own_idempotency = True

    def create(self, request: Request, **kwargs: Any) -> FileResponse | Response:
        """Take a form in; the same form again changes nothing.

        ``answer=workbook`` writes nothing and gives the workbook back with its wrong cells marked.
        """
        require(self.actor, Perm.SYSTEM_IMPORT)
        marks = one_of(request, "answer", "counts", "workbook") == "workbook"
        is_dry_run = marks or one_of(request, "dry_run", "false", "true") == "true"
        asked = {
            "mode": one_of(request, "mode", ATOMIC, PARTIAL),
            "change_message": request.query_params.get("change_message", IMPORTED)[:400],
        }
        media_type, charset = content_type(request)
        with form_body(request) as path:
            if marks and media_type != XLSX:
                raise Invalid.field("answer", "only a workbook is given back marked", "not-xlsx")
            form = read_form(path, media_type, charset)
            result = import_systems(form, actor=self.actor, is_dry_run=is_dry_run, **asked)
            if marks:
                content = mark_workbook(path, form.cells, result.faults)
                return _download(content, "信息系统登记表-批注.xlsx")
        return Response(result.facts())


def _download(content: bytes, name: str) -> FileResponse:
    answer = FileResponse([content], as_attachment=True, filename=name, content_type=XLSX)
    answer.headers["Content-Length"] = str(len(content))
    return answer
