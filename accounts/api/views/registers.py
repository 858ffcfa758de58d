"""Doors to what belongs to a system: versions, relations, documents."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.attachments import MOST_BYTES, attach_document, remove_attachment
from accounts.actions.registers import diff_versions, history_of
from accounts.actions.relations import (
    relatable_systems,
    relate_systems,
    relations_of,
    remove_relation,
)
from accounts.api.examples import RELATION
from accounts.api.serializers.registers import (
    AttachmentOut,
    RelatableOut,
    RelationIn,
    RelationOut,
    VersionDiffOut,
    VersionOut,
    VersionWholeOut,
)
from accounts.api.uploads import AnyBody, whole_body
from accounts.documents import EXTENSIONS
from accounts.downloads import document_answer
from accounts.errors import AttachmentTooLarge
from accounts.models import InformationSystem, SystemAttachment, SystemRelation, SystemVersion
from accounts.register.versions import Difference
from kernel.api import ApiView
from kernel.errors import Invalid, NotFound, Stale
from kernel.paging import WholeList


class SystemPartView(ApiView):
    """Base of the doors to what belongs to one system."""

    def system(self) -> InformationSystem:
        """The system of the address; unseen and absent look alike."""
        rows = InformationSystem.objects.visible_to(self.actor)
        found: InformationSystem = self.fetch(rows, self.kwargs["system_pk"])
        return found

    def get_queryset(self) -> QuerySet[Any]:
        """The system's rows."""
        return super().get_queryset().filter(system=self.system())

    def unchanged(self, request: Request) -> Any:
        """The row of the address, which is still as the caller read it."""
        row, expected = self.get_object(), self.expected(request)
        if row.version != expected:
            raise Stale(expected=expected, found=row.version)
        return row


class SystemVersionView(SystemPartView):
    """What the register said of a system at each time, by number."""

    model = SystemVersion
    out = VersionOut
    answers = {"retrieve": VersionWholeOut, "diff": VersionDiffOut}
    page_order = "-number"

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """``with``: the other version's number."""
        return ("with",) if self.action == "diff" else ()

    def list(self, request: Request, **kwargs: Any) -> Response:
        """The versions, the latest first, each with what it changed."""
        page = self.paginate_queryset(self.get_queryset()) or []
        items = [_shape(*pair) for pair in history_of(self.system(), page)]
        return self.get_paginated_response(items)

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """One version with everything that the register said."""
        version = self._numbered(pk)
        [(_, changes)] = history_of(version.system, [version])
        return Response({**_shape(version, changes), "values": version.values})

    @action(detail=True, methods=["get"])
    def diff(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """What differs between the version ``with`` (usually the one before) and this one."""
        new, asked = self._numbered(pk), request.query_params.get("with")
        number = asked if asked is not None else str(new.number - 1)
        old = self._numbered(number) if asked is not None or new.number > 1 else None
        changes = diff_versions(old, new)
        return Response(
            {
                "old_version": old.number if old else 0,
                "new_version": new.number,
                "changes": [vars(change) for change in changes],
            }
        )

    def _numbered(self, number: str) -> SystemVersion:
        if not (number.isascii() and number.isdigit() and len(number) < 9):
            raise NotFound()
        found = self.get_queryset().select_related("system").filter(number=int(number)).first()
        if found is None:
            raise NotFound()
        return found


class SystemRelationView(SystemPartView):
    """How a system stands to others, and others to it."""

    model = SystemRelation
    out = RelationOut
    into = {"create": RelationIn}
    answers = {"candidates": RelatableOut(many=True)}
    examples = {"create": RELATION}
    pagination_class = WholeList
    related = ("system__department", "other__department")

    def list(self, request: Request, **kwargs: Any) -> Response:
        """Relations of both directions, the system's own first."""
        return Response({"items": self.shapes(relations_of(self.system()))})

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """``q``: words of the other system's name, or its code."""
        return ("q",) if self.action == "candidates" else ()

    @action(detail=False, methods=["get"])
    def candidates(self, request: Request, **kwargs: Any) -> Response:
        """Systems of any department that the words name, at most twenty; names alone."""
        words = request.query_params.get("q", "").strip()
        found = relatable_systems(self.system(), words, actor=self.actor)
        return Response({"items": self.shapes(found, RelatableOut)})

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Relate the system to another one, of any department."""
        values = self.read(request)
        other = values.pop("other")
        row = relate_systems(self.system(), actor=self.actor, other_id=other, **values)
        return self.show(row, status=201)

    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take a relation of the system's own back."""
        remove_relation(self.unchanged(request), actor=self.actor)
        return Response(status=204)


class SystemAttachmentView(SystemPartView):
    """Documents that prove what the register says."""

    model = SystemAttachment
    out = AttachmentOut
    answers = {"content": {(200, kind): OpenApiTypes.BINARY for kind in EXTENSIONS}}
    parser_classes = [AnyBody]
    bodies = {"create": {"application/octet-stream": OpenApiTypes.BINARY}}
    own_idempotency = True
    pagination_class = WholeList
    related = ("system",)

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """What a new document is called."""
        return ("title", "file_name") if self.action == "create" else ()

    def get_queryset(self) -> QuerySet[Any]:
        """The system's documents; their bytes stay in the database until they are asked for."""
        rows = super().get_queryset()
        return rows if self.action == "content" else rows.defer("content")

    def list(self, request: Request, **kwargs: Any) -> Response:
        """The documents, without their bytes."""
        return Response({"items": self.shapes(self.get_queryset().order_by("pk"))})

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Keep the body, at most 10 MiB, as a document: PDF, JPEG, PNG, XLSX, DOCX or OFD."""
        system = self.system()
        row = attach_document(
            system,
            actor=self.actor,
            title=self._named("title", 120),
            file_name=self._named("file_name", 200),
            content=whole_body(request, MOST_BYTES, AttachmentTooLarge),
        )
        return self.show(row, status=201)

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """One document, without its bytes."""
        return self.show(self.get_object())

    @action(detail=True, methods=["get"])
    def content(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        """The bytes, to be saved and not shown."""
        return document_answer(self.get_object())

    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take the document out of the register."""
        remove_attachment(self.unchanged(request), actor=self.actor)
        return Response(status=204)

    def _named(self, name: str, most: int) -> str:
        value = self.request.query_params.get(name, "").strip()
        if not 1 <= len(value) <= most:
            raise Invalid.field(name, f"say it in 1 to {most} characters", "required")
        return value


def _shape(version: SystemVersion, changes: list[Difference]) -> dict[str, Any]:
    return {
        "id": version.pk,
        "number": version.number,
        "change_message": version.change_message,
        "changed_by": version.changed_by,
        "created_at": version.created_at,
        "changes": [vars(change) for change in changes],
    }
