"""Lists that are read as pages or taken away as a file."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.documents import XLSX
from accounts.permissions import Perm
from accounts.policy import require
from accounts.register.reading import CSV
from accounts.spreadsheets import Heads, report_answer
from kernel.api import ApiView
from kernel.parameters import one_of

_CHUNK = 1000
Line = list[Any]


class ReportView(ApiView, ABC):
    """Base of the reports: a page of JSON, or every row as a workbook or CSV (``as``)."""

    perm: Perm
    title: str
    heads: Heads
    parameters = ("as", "charset")

    @property
    def answers(self) -> dict[str, Any]:
        """The page's shape, and the files."""
        files = {(200, XLSX): OpenApiTypes.BINARY, (200, CSV): OpenApiTypes.BINARY}
        return {"list": {(200, "application/json"): self.out(many=True), **files}}

    def get_queryset(self) -> QuerySet[Any]:
        """The rows that the actor may see, for those who hold the permission at all."""
        require(self.actor, self.perm)
        return super().get_queryset()

    def list(self, request: Request, **kwargs: Any) -> Response | FileResponse:
        """A page of the rows, or all of them as a file to save."""
        kind = one_of(request, "as", "json", "xlsx", "csv")
        charset = one_of(request, "charset", "utf-8", "gb18030")
        rows = self.filter_queryset(self.get_queryset())
        if kind == "json":
            page = self.paginate_queryset(rows)
            return self.get_paginated_response(self.shapes(page))
        return report_answer(self.title, self.heads, self._lines(rows), kind, charset)

    def order(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The order of the file."""
        return rows.order_by("department__name", "pk")

    @abstractmethod
    def line(self, row: Any) -> Line:
        """One row of the file, as wide as ``heads``."""

    def _lines(self, rows: QuerySet[Any]) -> Iterator[Line]:
        return (self.line(row) for row in self.order(rows).iterator(chunk_size=_CHUNK))
