from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.attachments import MOST_BYTES
from accounts.api.uploads import AnyBody, whole_body
from accounts.errors import AttachmentTooLarge
from catalog.models import Resource
from exchange import faults
from exchange.actions.corrections import correct_records
from exchange.actions.objections import (
    attach_evidence,
    close_objection,
    receive_objection,
    resolve_objection,
    submit_objection,
    withdraw_objection,
)
from exchange.api import oversight_examples as examples
from exchange.api.serializers.objections import (
    CloseIn,
    CorrectIn,
    EvidenceOut,
    ObjectionIn,
    ObjectionOut,
    ResolveIn,
)
from exchange.models import Batch, Grant, Objection
from exchange.seeing import sees_records
from exchange.storage import store
from kernel.api import ApiView, In, ReadView
from kernel.errors import Forbidden, Invalid, NotFound


class ObjectionView(ReadView):
    """Objections to data, catalogue, rights, service and use (Order 809 Art. 26)."""

    model = Objection
    out = ObjectionOut
    into = {
        "create": ObjectionIn,
        "receive": In,
        "correct": CorrectIn,
        "resolve": ResolveIn,
        "close": CloseIn,
        "withdraw": In,
    }
    filters = {
        "kind": "kind",
        "resource": "resource_id",
        "grant": "grant_id",
        "department": "department_id",
        "respondent": "respondent_id",
        "state": "state",
    }
    related = ("resource", "batch")
    examples = {
        "create": examples.OBJECTION,
        "correct": examples.CORRECT,
        "resolve": examples.RESOLVE,
        "close": examples.CLOSE,
    }

    def get_queryset(self) -> QuerySet[Any]:
        """The rows, with the disputes that open them to the authority."""
        return super().get_queryset().prefetch_related("disputes")

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Object to something; the other side's clock starts (C6 for content)."""
        values = self.read(request)
        resource = self.chosen(Resource, "resource", values.pop("resource"))
        grant = self.chosen(Grant, "grant", values.pop("grant")) if "grant" in values else None
        made = submit_objection(resource, actor=self.actor, grant=grant, **values)
        return self.show(made, status=201)

    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The other side takes it on."""
        self.read(request)
        return self.show(receive_objection(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Publish the corrected records to everybody who receives them."""
        values, found = self.read(request), self.get_object()
        correct_records(found, actor=self.actor, **values)
        return self.show(found)

    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with what was found; the clock stops."""
        values, found = self.read(request), self.get_object()
        if "batch" in values:
            values["batch"] = self.chosen(Batch, "batch", values["batch"])
        return self.show(resolve_objection(found, actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take note of the answer and rate it."""
        values = self.read(request)
        return self.show(close_objection(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take it back."""
        self.read(request)
        return self.show(withdraw_objection(self.get_object(), actor=self.actor))


class EvidenceView(ApiView):
    """The document that shows what an objection says."""

    model = Objection
    out = EvidenceOut
    answers = {"retrieve": {(200, "application/octet-stream"): OpenApiTypes.BINARY}}
    parser_classes = [AnyBody]
    bodies = {"create": {"application/octet-stream": OpenApiTypes.BINARY}}
    own_idempotency = True

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """What a new document is called."""
        return ("file_name",) if self.action == "create" else ()

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add the document, once."""
        found = self._objection()
        name = request.query_params.get("file_name", "").strip()
        if not 1 <= len(name) <= 200:
            raise Invalid.field("file_name", "say it in 1 to 200 characters", "required")
        content = whole_body(request, MOST_BYTES, AttachmentTooLarge)
        made = attach_evidence(found, actor=self.actor, file_name=name, content=content)
        return self.show(made, status=201)

    def retrieve(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The bytes, to be saved and not shown."""
        found = self._objection()
        if not sees_records(found, self.actor):
            raise Forbidden("it is for the two sides, and for who decides a dispute about it")
        if not found.evidence_digest:
            raise NotFound()
        content = faults.guarded(lambda: store().read(found.evidence_digest))
        answer = HttpResponse(content, content_type="application/octet-stream")
        name = content_disposition_header(True, found.evidence_name)
        answer.headers["Content-Disposition"] = name or "attachment"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    def _objection(self) -> Objection:
        rows = self.get_queryset().prefetch_related("disputes")
        found: Objection = self.fetch(rows, self.kwargs["objection"])
        return found
