from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from exchange import faults
from exchange.actions.batches import Published, publish_batch
from exchange.actions.recalls import recall_batch
from exchange.actions.rehearsals import Rehearsed, rehearse_batch
from exchange.actions.rejects import read_rejects
from exchange.api import publishing_examples
from exchange.api.intake import read_dry_run, spooled_body
from exchange.api.parsers import BODY_PARSERS, FORMATS
from exchange.api.rendering import MEDIA_TYPES, Unnegotiated, media_answers, read_format
from exchange.api.serializers.datasets import BatchOut, ReceiptOut
from exchange.dataplane.publication import Prepared
from exchange.models import Batch, Dataset
from exchange.rights import require_publisher
from kernel.api import ApiView, ReasonIn
from kernel.errors import NotFound

_COUNTS = ("received", "accepted", "rejected", "inserted", "updated", "deleted")
REJECTS = ("csv", "ndjson", "xlsx")


def receipt_of(view: ApiView, published: Published) -> Response:
    """What became of a publication, however its body came."""
    batch, prepared = published.batch, published.prepared
    body = {
        "outcome": "published" if batch else "unchanged",
        "batch": view.shapes([batch], BatchOut)[0] if batch else None,
        **_faults(prepared),
    }
    headers = {"Idempotent-Replayed": "true"} if published.replayed else {}
    if batch:
        headers["Location"] = f"/api/v1/datasets/{batch.dataset_id}/batches/{batch.number}"
    return Response(body, status=201 if batch else 200, headers=headers)


def rehearsal_of(found: Rehearsed) -> Response:
    """What would become of a publication, however its body came."""
    counts = {name: getattr(found.prepared, name) for name in _COUNTS}
    would = {"outcome": found.outcome, "reason": found.reason, **counts}
    return Response(
        {"outcome": "rehearsed", "batch": None, **_faults(found.prepared), "would": would}
    )


def _faults(prepared: Prepared | None) -> dict[str, Any]:
    """The first rejected rows, and how many broke which rule."""
    return {
        "errors": [faults.row_error(error) for error in prepared.errors] if prepared else [],
        "counts": [faults.fault_count(count) for count in prepared.counts] if prepared else [],
    }


class _OfDataset(ApiView):
    model = Batch
    out = BatchOut
    related = ("schema", "dataset__resource", "recalled_by")

    def dataset(self) -> Dataset:
        """The dataset of the address, if the actor may see it."""
        seen = Dataset.objects.visible_to(self.actor).select_related("schema")
        return self.fetch(seen, self.kwargs["dataset"])

    def batch(self) -> Batch:
        """The batch of the address, if the actor may see it."""
        rows = self.get_queryset().filter(dataset=self.dataset(), number=self.kwargs["number"])
        found: Batch | None = rows.first()
        if found is None:
            raise NotFound()
        return found


class BatchView(_OfDataset):
    """The log of a dataset."""

    answers = {"create": {201: ReceiptOut, 200: ReceiptOut}}
    parser_classes = BODY_PARSERS
    bodies = {"create": dict.fromkeys(FORMATS, OpenApiTypes.BINARY)}
    own_idempotency = True
    page_order = "number"

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """What the addresses take."""
        return ("kind", "dry_run") if self.action == "create" else ()

    @property
    def call_headers(self) -> tuple[str, ...]:
        """What a publication takes in headers, for the API document."""
        return ("Content-Encoding", "Content-Digest") if self.action == "create" else ()

    def list(self, request: Request, **kwargs: Any) -> Response:
        """The batches in the order of their numbers."""
        rows = self.get_queryset().filter(dataset=self.dataset())
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.shapes(page))

    def retrieve(self, request: Request, number: int, **kwargs: Any) -> Response:
        """One batch by its number."""
        return self.show(self.batch())

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Publish: the body is the records, ``kind`` says how they are meant.

        ``snapshot`` is the whole table, of which the hub computes the changes; ``changes`` are
        upserts and deletes by key (member ``_op``); ``append`` are events. With ``dry_run=true``
        everything is checked and nothing is stored.
        """
        dataset = self.dataset()
        # Before the body: who may not publish does not fill the disk either.
        require_publisher(dataset, self.actor)
        is_dry = read_dry_run(request)
        with spooled_body(request) as body:
            if is_dry:
                return rehearsal_of(rehearse_batch(dataset, actor=self.actor, body=body))
            published = publish_batch(dataset, actor=self.actor, body=body)
        return receipt_of(self, published)


class BatchDeedView(_OfDataset):
    """What is done with one batch."""

    into = {"recall": ReasonIn}
    answers = {"rejects": media_answers(*REJECTS), "recall": {201: BatchOut}}
    examples = {"recall": publishing_examples.RECALL}
    content_negotiation_class = Unnegotiated

    def recall(self, request: Request, **kwargs: Any) -> Response:
        """Take the batch back; the answer is the batch that undoes it.

        From then on nobody is given it, and each department that has it gets a notice.
        """
        reason = self.read(request)["reason"]
        made = recall_batch(self.batch(), actor=self.actor, reason=reason)
        return self.show(made, status=201)

    def rejects(self, request: Request, **kwargs: Any) -> FileResponse:
        """The rows that were set aside, with line, columns, reasons and their values in full.

        For those who may publish the dataset; as CSV, NDJSON or XLSX.
        """
        batch = self.batch()
        format = read_format(request, "csv", REJECTS)
        file = read_rejects(batch, actor=self.actor, format=format)
        name = f"rejects-{batch.number}.{format}"
        return FileResponse(
            file, as_attachment=True, filename=name, content_type=MEDIA_TYPES[format]
        )
