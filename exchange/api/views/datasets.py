from contextlib import nullcontext
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import may
from catalog.models import Resource
from exchange.actions.datasets import (
    attach_dataset,
    close_dataset,
    evolve_dataset,
    hand_over_dataset,
)
from exchange.actions.lookups import LOOKUPS, lookup_keys, lookup_records
from exchange.actions.retention import retain_dataset
from exchange.actions.reveals import reveal_values
from exchange.actions.uses import find_uses
from exchange.actions.verifications import verify_record
from exchange.api import examples, reading_examples
from exchange.api.callers import HEADERS, read_call
from exchange.api.rendering import json_response
from exchange.api.serializers.datasets import (
    DatasetIn,
    DatasetOut,
    HandOverIn,
    LookupIn,
    LookupOut,
    RetainIn,
    VerifyIn,
    VerifyOut,
    plain_lookup,
)
from exchange.api.serializers.uses import ReceivedOut, WhoReceivedIn, WhoReceivedOut
from exchange.models import Dataset
from kernel.api import In, ReadView
from kernel.errors import NotFound


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise NotFound() from wrong


class DatasetView(ReadView):
    """Data attached to published resources."""

    model = Dataset
    out = DatasetOut
    into = {
        "create": DatasetIn,
        "partial_update": RetainIn,
        "evolve": In,
        "close": In,
        "reveal": In,
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

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As every view; look-ups that come side by side are waited for, to be done together."""
        is_lookup = self.action_map.get(str(request.method).lower()) == "lookup"
        with LOOKUPS.call(kwargs.get("pk")) if is_lookup else nullcontext():
            return super().dispatch(request, *args, **kwargs)

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
        dataset, expected = self.get_object(), self.expected(request)
        days = self.read(request).get("retain_days", dataset.retain_days)
        return self.show(retain_dataset(dataset, actor=self.actor, expected=expected, days=days))

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

    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Show the caller its values unmasked for ten minutes, once another person agreed."""
        self.read(request)
        return self.show(reveal_values(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Let another running system of the department publish it from now on."""
        dataset = self.get_object()
        system = self.chosen(InformationSystem, "system", self.read(request)["system"])
        return self.show(hand_over_dataset(dataset, system, actor=self.actor))

    @action(detail=True, methods=["post"])
    def lookup(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        """Records by key or look-up item, or up to 1,000 by their keys in one call.

        Values travel in the body, never in the address.
        """
        values = plain_lookup(request.data) or self.read(request)
        ask = lookup_keys if "keys" in values else lookup_records
        found = ask(self._readable(), actor=self.actor, call=read_call(request), **values)
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
        dataset = self.get_object()
        found = list(islice(find_uses(dataset, actor=self.actor, **values), limit + 1))
        context = self.get_serializer_context()
        items = ReceivedOut(found[:limit], many=True, context=context).data
        gone = dataset.first_number - 1 or None
        return Response({"items": items, "has_more": len(found) > limit, "gone_until": gone})

    def _readable(self) -> Dataset:
        """The dataset of the address, also to those whose right to it is over.

        For a system it is only named: what it may know of it is read with what opens it, once.
        """
        if may(self.actor, Perm.RECORD_LOOKUP):
            return Dataset.from_db("default", ("id",), (_uuid(self.kwargs["pk"]),))
        rows = Dataset.objects.readable_by(self.actor).select_related(*self.related)
        found: Dataset = self.fetch(rows, self.kwargs["pk"])
        return found
