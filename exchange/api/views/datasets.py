from itertools import islice
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import InformationSystem
from catalog.models import Resource
from exchange import faults
from exchange.actions.batches import Published, publish_batch
from exchange.actions.datasets import (
    attach_dataset,
    close_dataset,
    evolve_dataset,
    hand_over_dataset,
)
from exchange.actions.lookups import lookup_records
from exchange.actions.retention import retain_dataset
from exchange.actions.uses import find_uses
from exchange.actions.verifications import verify_record
from exchange.api import examples, reading_examples
from exchange.api.callers import HEADERS, read_call
from exchange.api.intake import spooled_body
from exchange.api.parsers import BODY_PARSERS, FORMATS
from exchange.api.rendering import json_response
from exchange.api.serializers.datasets import (
    BatchOut,
    DatasetIn,
    DatasetOut,
    HandOverIn,
    LookupIn,
    LookupOut,
    ReceiptOut,
    RetainIn,
    VerifyIn,
    VerifyOut,
)
from exchange.api.serializers.uses import UseEntryOut, WhoReceivedIn, WhoReceivedOut
from exchange.models import Batch, Dataset
from exchange.rights import require_publisher
from kernel.api import ApiView, In, ReadView
from kernel.errors import NotFound


class DatasetView(ReadView):
    """Data attached to published resources."""

    model = Dataset
    out = DatasetOut
    into = {
        "create": DatasetIn,
        "partial_update": RetainIn,
        "evolve": In,
        "close": In,
        "hand_over": HandOverIn,
        "lookup": LookupIn,
        "verify": VerifyIn,
        "who_received": WhoReceivedIn,
    }
    answers = {"lookup": LookupOut, "verify": VerifyOut, "who_received": WhoReceivedOut}
    filters = {"resource": "resource_id", "department": "department_id", "state": "state"}
    related = ("schema", "resource")
    examples = {
        "create": examples.ATTACH,
        "partial_update": examples.RETAIN,
        "hand_over": examples.HAND_OVER,
        "lookup": examples.LOOKUP,
        "verify": reading_examples.VERIFY,
        "who_received": reading_examples.WHO_RECEIVED,
    }

    @property
    def own_idempotency(self) -> bool:  # type: ignore[override]
        """These change nothing, and what they answer may not be kept for a repetition."""
        return self.action in ("lookup", "verify", "who_received")

    @property
    def call_headers(self) -> tuple[str, ...]:
        """What the reading addresses take in headers, for the API document."""
        return tuple(HEADERS) if self.action in ("lookup", "verify") else ()

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Attach a dataset to a published resource; its items in force become the schema."""
        values = self.read(request)
        resource = self.chosen(Resource, "resource", values.pop("resource"))
        system = self.chosen(InformationSystem, "system", values.pop("system"))
        made = attach_dataset(resource, actor=self.actor, system=system, **values)
        return self.show(made, status=201)

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Say how many days the bytes of batches stay; null for ever. Send If-Match."""
        kept = retain_dataset(
            self.get_object(),
            actor=self.actor,
            expected=self.expected(request),
            days=self.read(request)["retain_days"],
        )
        return self.show(kept)

    @action(detail=True, methods=["post"])
    def evolve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take over the items that the catalogue has now in force."""
        self.read(request)
        return self.show(evolve_dataset(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take no more batches."""
        self.read(request)
        return self.show(close_dataset(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Let another running system of the department publish it from now on."""
        dataset = self.get_object()
        system = self.chosen(InformationSystem, "system", self.read(request)["system"])
        return self.show(hand_over_dataset(dataset, system, actor=self.actor))

    @action(detail=True, methods=["post"])
    def lookup(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        """Records by key or look-up item; values travel in the body, never in the address."""
        values = self.read(request)
        found = lookup_records(
            self._readable(), actor=self.actor, call=read_call(request), **values
        )
        return json_response(found.body)

    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        """Whether claims about one record are so: yes or no for each, never the value."""
        values = self.read(request)
        verified = verify_record(
            self._readable(), actor=self.actor, call=read_call(request), **values
        )
        return json_response(verified.body)

    @action(detail=True, methods=["post"], url_path="who-received")
    def who_received(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Under which entries of the ledger the record of this key was given, oldest first.

        For auditors; the search is noted itself. The key travels in the body.
        """
        values = self.read(request)
        limit = values.pop("limit")
        found = list(islice(find_uses(self.get_object(), actor=self.actor, **values), limit + 1))
        context = self.get_serializer_context()
        items = UseEntryOut(found[:limit], many=True, context=context).data
        return Response({"items": items, "has_more": len(found) > limit})

    def _readable(self) -> Dataset:
        """The dataset of the address, also to those whose right to it is over."""
        rows = Dataset.objects.readable_by(self.actor).select_related(*self.related)
        found: Dataset = self.fetch(rows, self.kwargs["pk"])
        return found


class BatchView(ApiView):
    """The log of a dataset."""

    model = Batch
    out = BatchOut
    answers = {"create": {201: ReceiptOut, 200: ReceiptOut}}
    parser_classes = BODY_PARSERS
    bodies = {"create": dict.fromkeys(FORMATS, OpenApiTypes.BINARY)}
    own_idempotency = True
    page_order = "number"
    related = ("schema", "dataset")

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """What the addresses take."""
        return ("kind",) if self.action == "create" else ()

    def dataset(self) -> Dataset:
        """The dataset of the address, if the actor may see it."""
        seen = Dataset.objects.visible_to(self.actor).select_related("schema")
        return self.fetch(seen, self.kwargs["dataset"])

    def list(self, request: Request, **kwargs: Any) -> Response:
        """The batches in the order of their numbers."""
        rows = self.get_queryset().filter(dataset=self.dataset())
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.shapes(page))

    def retrieve(self, request: Request, number: str, **kwargs: Any) -> Response:
        """One batch by its number."""
        rows = self.get_queryset().filter(dataset=self.dataset(), number=int(number))
        found = rows.first()
        if found is None:
            raise NotFound()
        return self.show(found)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Publish: the body is the records, ``kind`` says how they are meant.

        ``snapshot`` is the whole table, of which the hub computes the changes; ``changes`` are
        upserts and deletes by key (member ``_op``); ``append`` are events.
        """
        dataset = self.dataset()
        # Before the body: who may not publish does not fill the disk either.
        require_publisher(dataset, self.actor)
        with spooled_body(request) as body:
            published = publish_batch(dataset, actor=self.actor, body=body)
        return self._receipt(published)

    def _receipt(self, published: Published) -> Response:
        batch, prepared = published.batch, published.prepared
        body = {
            "outcome": "published" if batch else "unchanged",
            "batch": self.shapes([batch])[0] if batch else None,
            "errors": [faults.row_error(error) for error in prepared.errors] if prepared else [],
        }
        headers = {"Idempotent-Replayed": "true"} if published.replayed else {}
        if batch:
            headers["Location"] = f"/api/v1/datasets/{batch.dataset_id}/batches/{batch.number}"
        return Response(body, status=201 if batch else 200, headers=headers)
