from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.receipts import receipt_of
from exchange.actions.uses import export_uses
from exchange.api.exports import export_response
from exchange.api.rendering import Unnegotiated, media_answers, read_format
from exchange.api.serializers.uses import ProofOut, UseEntryOut
from exchange.models import UseEntry
from exchange.models.use import LEDGER
from kernel.api import ApiView


class UseView(ApiView):
    """The ledger of use, for both of its sides and those who supervise."""

    model = UseEntry
    out = UseEntryOut
    filters = {
        "dataset": "dataset_id",
        "interface": "interface_id",
        "grant": "grant_id",
        "department": "department_id",
        "provider": "provider_id",
        "system": "system_id",
        "channel": "channel",
        "purpose": "purpose",
        "from": "at__date__gte",
        "to": "at__date__lte",
    }
    answers = {"export": media_answers("csv", "ndjson"), "receipt": {200: ProofOut}}

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """An export takes the filters of the list."""
        return tuple(self.filters) if self.action == "export" else ()

    def list(self, request: Request, **kwargs: Any) -> Response:
        """Who was given what, the newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.shapes(page))

    @action(detail=True, methods=["get"])
    def receipt(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Proof that the line was sealed, to be kept: the public key alone verifies it."""
        return Response(ProofOut(receipt_of(LEDGER.name, self.get_object().pk)).data)

    @action(detail=False, methods=["get"], content_negotiation_class=Unnegotiated)
    def export(self, request: Request, **kwargs: Any) -> StreamingHttpResponse:
        """The same as a file, CSV or NDJSON, the oldest first; noted in the trail."""
        format = read_format(request, "csv", ("csv", "ndjson"))
        rows = self.filter_queryset(self.get_queryset())
        entries = export_uses(rows, actor=self.actor, format=format)
        shaped = (UseEntryOut(entry).data for entry in entries)
        return export_response(shaped, UseEntryOut.Meta.fields, format, "uses")
