from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.actions.userecords import export_records, record_use
from exchange.api import oversight_examples as examples
from exchange.api.exports import export_response
from exchange.api.rendering import Unnegotiated, media_answers, read_format
from exchange.api.serializers.userecords import UseRecordIn, UseRecordOut
from exchange.models import Grant, UseRecord
from kernel.api import ReadView

_COLUMNS = UseRecordOut.Meta.fields


class UseRecordView(ReadView):
    """Records of use, kept for three years or longer (Order 809 Art. 29)."""

    model = UseRecord
    out = UseRecordOut
    into = {"create": UseRecordIn}
    filters = {
        "grant": "grant_id",
        "department": "department_id",
        "provider": "grant__provider_id",
        "from": "ends_on__gte",
        "to": "starts_on__lte",
    }
    examples = {"create": examples.USE_RECORD}
    answers = {"export": media_answers("csv", "ndjson")}

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """An export takes the filters of the list."""
        return tuple(self.filters) if self.action == "export" else ()

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Record how what was received was used; it cannot be changed afterwards."""
        values = self.read(request)
        grant = self.chosen(Grant, "grant", values.pop("grant"))
        return self.show(record_use(grant, actor=self.actor, **values), status=201)

    @action(detail=False, methods=["get"], content_negotiation_class=Unnegotiated)
    def export(self, request: Request, **kwargs: Any) -> StreamingHttpResponse:
        """The same as a file, CSV or NDJSON, the oldest first; noted in the trail."""
        format = read_format(request, "csv", ("csv", "ndjson"))
        rows = self.filter_queryset(self.get_queryset())
        records = export_records(rows, actor=self.actor, format=format)
        shaped = (self._flat(record) for record in records)
        return export_response(shaped, _COLUMNS, format, "use-records")

    def _flat(self, record: UseRecord) -> dict[str, Any]:
        data = self.out(record, context=self.get_serializer_context()).data
        return {name: data[name] for name in _COLUMNS}
