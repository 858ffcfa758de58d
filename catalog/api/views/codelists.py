"""Doors to code lists, their versions, and data elements."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.fields import IntegerField
from django.db.models.functions import Coalesce
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department
from catalog.actions.codelists import add_code_list, revise_code_list
from catalog.actions.elements import change_element, define_element
from catalog.actions.sources import name_element_source
from catalog.api.examples_codelists import CODE_LIST_EXAMPLES, ELEMENT_EXAMPLES
from catalog.api.serializers.codelists import (
    CodeListIn,
    CodeListOut,
    CodeListRevisionIn,
    CodeListVersionBrief,
    CodeListVersionOut,
    CodesDiffOut,
    ElementChangeIn,
    ElementIn,
    ElementOut,
    NamedOut,
    RevisedOut,
    SourceIn,
)
from catalog.api.views.rows import CatalogView
from catalog.codelists import CodesDiff, Pair, diff_codes
from catalog.models import CodeList, CodeListVersion, DataElement


class CodeListView(CatalogView):
    """Code lists: national standards and local ones (GB/T 2260, GB/T 3304, GB/T 4754)."""

    model = CodeList
    out = CodeListOut
    into = {"create": CodeListIn, "revise": CodeListRevisionIn}
    answers = {"revise": RevisedOut}
    filters = {
        "identifier": "identifier",
        "department": "department_id",
        "name": "name__contains",
    }
    related = ("current",)
    examples = CODE_LIST_EXAMPLES

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a list with the codes of its first version."""
        values = self.read(request)
        self.resolve(values, "department", Department.objects.visible_to(self.actor))
        values["codes"] = _pairs(values["codes"])
        return self.show(add_code_list(actor=self.actor, **values), status=201)

    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Follow the newest version by another one; the same codes make none."""
        values = self.read(request)
        values["codes"] = _pairs(values["codes"])
        version, changes = revise_code_list(self.get_object(), actor=self.actor, **values)
        return Response({"version": CodeListVersionBrief(version).data, **_shape(changes)})


class CodeListVersionView(CatalogView):
    """The versions of one code list, the newest first; each by its number."""

    model = CodeListVersion
    out = CodeListVersionOut
    answers = {"list": CodeListVersionBrief(many=True), "diff": CodesDiffOut}
    filters = {"number": "number"}
    lookup_value_regex = r"[1-9]\d{0,5}"

    def get_queryset(self) -> QuerySet:
        """The versions of the list in the address."""
        owner = self.fetch(CodeList.objects.visible_to(self.actor), self.kwargs.get("list_pk"))
        return super().get_queryset().filter(code_list=owner)

    def get_object(self) -> CodeListVersion:
        """The version with the number of the address."""
        return self.version(self.kwargs["pk"])

    def version(self, number: str) -> CodeListVersion:
        """The version with this number."""
        rows = self.get_queryset()
        key = rows.filter(number=int(number)).values_list("pk", flat=True).first()
        return self.fetch(rows, key or number)

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of the versions, without their codes."""
        size = Coalesce("codes__len", 0, output_field=IntegerField())
        rows = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(rows.annotate(length=size).defer("codes", "names"))
        return self.get_paginated_response(self.shapes(page, CodeListVersionBrief))

    @extend_schema(parameters=[OpenApiParameter("other", str, "path")])
    @action(detail=True, methods=["get"], url_path=r"diff/(?P<other>[1-9]\d{0,5})")
    def diff(self, request: Request, pk: str, other: str, **kwargs: Any) -> Response:
        """Codes new, gone and named anew from this version to another one."""
        before, after = self.get_object(), self.version(other)
        return Response(_shape(diff_codes(before.pairs, after.pairs)))


class DataElementView(CatalogView):
    """Data elements (数据元): what an item means, wherever it is collected."""

    model = DataElement
    out = ElementOut
    into = {"create": ElementIn, "partial_update": ElementChangeIn, "name_source": SourceIn}
    answers = {"name_source": NamedOut}
    filters = {
        "identifier": "identifier",
        "code_list": "code_list_id",
        "data_type": "data_type",
        "name": "name__contains",
    }
    examples = ELEMENT_EXAMPLES

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Define an element."""
        return self.show(define_element(actor=self.actor, **self._values(request)), status=201)

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change what an element says."""
        element, expected = self.get_object(), self.expected(request)
        values = self._values(request)
        return self.show(
            change_element(element, actor=self.actor, expected=expected, values=values)
        )

    @action(detail=True, methods=["post"], url_path="name-source")
    def name_source(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Name the one source of every item of this meaning (数源部门, Art. 19)."""
        values = self.read(request)
        self.resolve(values, "source_department", Department.objects.visible_to(self.actor))
        named = name_element_source(
            self.get_object(),
            actor=self.actor,
            department=values["source_department"],
            reason=values["reason"],
        )
        return Response({"items": named})

    def _values(self, request: Request) -> dict[str, Any]:
        values = self.read(request)
        self.resolve(values, "code_list", CodeList.objects.visible_to(self.actor))
        return values


def _pairs(codes: list[dict[str, str]]) -> list[Pair]:
    return [(row["code"], row["name"]) for row in codes]


def _shape(changes: CodesDiff) -> dict[str, Any]:
    return {
        "added": [{"code": code, "name": name} for code, name in changes.added],
        "removed": [{"code": code, "name": name} for code, name in changes.removed],
        "renamed": [
            {"code": code, "before": before, "after": after}
            for code, before, after in changes.renamed
        ],
    }
