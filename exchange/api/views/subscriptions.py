from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseBase
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.actions.files import open_link, read_batch
from exchange.actions.reads import acknowledge_changes, read_changes, read_table
from exchange.actions.subscriptions import (
    end_subscription,
    open_subscription,
    pause_subscription,
    resume_subscription,
)
from exchange.api import examples, reading_examples
from exchange.api.callers import HEADERS, read_call
from exchange.api.rendering import (
    Unnegotiated,
    given_response,
    media_answers,
    page_response,
    read_format,
    read_wait,
    read_wanted,
)
from exchange.api.serializers.reading import AckIn, LinkIn, LinkOut
from exchange.api.serializers.subscriptions import (
    ChangesOut,
    DeliveryOut,
    OpenedOut,
    SubscriptionIn,
    SubscriptionOut,
)
from exchange.api.streams import StillOpen
from exchange.api.views import lanes
from exchange.models import Delivery, Grant, Subscription
from exchange.rights import shows_still
from kernel.api import In, ReadView, ReasonIn
from kernel.paging import read_limit

CHANGES_LIMIT = 10_000
MOST_CHANGES = 100_000
_FILES = ("ndjson", "csv", "parquet")
_READ = ("changes", "table", "batches", "links")
_PARAMETERS = {
    "changes": ("cursor", "limit", "wait"),
    "deliveries": ("cursor", "limit"),
    **lanes.PARAMETERS,
}


class SubscriptionView(lanes.LaneSteps, ReadView):
    """Grants in use."""

    model = Subscription
    out = SubscriptionOut
    into = {
        "create": SubscriptionIn,
        "pause": ReasonIn,
        "resume": In,
        "end": ReasonIn,
        "ack": AckIn,
        "links": LinkIn,
        **lanes.INTO,
    }
    filters = {"grant": "grant_id", "dataset": "dataset_id", "mode": "mode", "state": "state"}
    related = ("dataset__schema", "grant")
    hidden = ("secret",)
    examples = {
        "create": examples.SUBSCRIBE,
        "pause": examples.PAUSE,
        "end": examples.END,
        "ack": reading_examples.ACK,
        "links": reading_examples.LINK,
        **lanes.EXAMPLES,
    }
    answers = {
        "create": {201: OpenedOut},
        "changes": {
            (200, "application/json"): ChangesOut,
            **media_answers("ndjson", "csv", "parquet", "arrow"),
        },
        "table": media_answers(*_FILES),
        "batches": media_answers(*_FILES),
        "links": {201: LinkOut},
        "deliveries": DeliveryOut(many=True),
        **lanes.ANSWERS,
    }

    @property
    def call_headers(self) -> tuple[str, ...]:
        """What the reading addresses take in headers, for the API document."""
        return tuple(HEADERS) if self.action in _READ else ()

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """What the reading addresses take."""
        return _PARAMETERS.get(self.action, ())

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Open a subscription; the answer shows a webhook's signing secret this once."""
        values = self.read(request)
        grant = self.chosen(Grant, "grant", values.pop("grant"))
        values["system_id"] = values.pop("system", None)
        made, secret = open_subscription(grant, actor=self.actor, **values)
        return self.show(made, status=201, **({"secret": secret} if secret else {}))

    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Deliver nothing for now."""
        reason = self.read(request)["reason"]
        return self.show(pause_subscription(self.get_object(), actor=self.actor, reason=reason))

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Deliver again, from where it stopped."""
        self.read(request)
        return self.show(resume_subscription(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Stop for good."""
        reason = self.read(request)["reason"]
        return self.show(end_subscription(self.get_object(), actor=self.actor, reason=reason))

    @action(detail=True, methods=["get"], content_negotiation_class=Unnegotiated)
    def changes(self, request: Request, pk: str, **kwargs: Any) -> HttpResponseBase:
        """The changes after ``cursor``, oldest first, as JSON, NDJSON, CSV, Parquet or Arrow.

        With ``wait`` (up to 30 seconds) and no change yet, the answer comes as soon as there is
        one, or empty. Where too many wait already, it is empty at once: ask again after a while.
        """
        format = read_format(request, "json", ("json", "ndjson", "csv", "parquet", "arrow"))
        limit = read_limit(request, CHANGES_LIMIT, MOST_CHANGES)
        page = read_changes(
            self.get_object(),
            actor=self.actor,
            cursor=request.query_params.get("cursor"),
            limit=limit,
            format=format,
            wait=read_wait(request),
            call=read_call(request),
        )
        return page_response(page, format, request, self._still(pk, page.shown))

    @action(detail=True, methods=["post"])
    def ack(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Say that everything before a cursor has arrived; the position never goes back."""
        cursor = self.read(request)["cursor"]
        return self.show(acknowledge_changes(self.get_object(), actor=self.actor, cursor=cursor))

    @action(detail=True, methods=["get"], content_negotiation_class=Unnegotiated)
    def table(self, request: Request, pk: str, **kwargs: Any) -> HttpResponseBase:
        """The whole table as a file; ``X-Next-Cursor`` is where its changes go on.

        HEAD, one ``Range`` with ``If-Range``, ``If-None-Match``, and for NDJSON and CSV
        ``Accept-Encoding`` zstd or gzip work as with any file.
        """
        format = read_format(request, "ndjson", _FILES)
        found = read_table(
            self.get_object(),
            actor=self.actor,
            format=format,
            wanted=read_wanted(request),
            call=read_call(request),
        )
        return given_response(found, self._still(pk, found.shown))

    @action(
        detail=True,
        methods=["get"],
        url_path=r"batches/(?P<number>[0-9]{1,18})",
        content_negotiation_class=Unnegotiated,
    )
    def batches(self, request: Request, pk: str, number: str, **kwargs: Any) -> HttpResponseBase:
        """One batch by its number as a file, as the grant shows it; as ``table`` in all else."""
        format = read_format(request, "ndjson", _FILES)
        found = read_batch(
            self.get_object(),
            actor=self.actor,
            number=int(number),
            format=format,
            wanted=read_wanted(request),
            call=read_call(request),
        )
        return given_response(found, self._still(pk, found.shown))

    @action(detail=True, methods=["post"])
    def links(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """An address that opens one file without a credential, for 5 to 60 minutes.

        The file is the table as of now, or the batch of ``number``. The link ends earlier with the
        right, its terms or the credential; when it is used, the ledger names this system.
        """
        token, ends = open_link(
            self.get_object(), actor=self.actor, call=read_call(request), **self.read(request)
        )
        url = f"{settings.PUBLIC_URL}/api/v1/links/{token}"
        return Response({"url": url, "expires_at": ends}, status=201)

    @staticmethod
    def _still(pk: str, shown: str) -> StillOpen:
        """Asks, while a long answer runs, whether the subscription still shows the same."""
        return partial(shows_still, UUID(pk), shown)

    @action(detail=True, methods=["get"])
    def deliveries(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """What arrived, and what does not get through and why; the newest first."""
        seen = Delivery.objects.visible_to(self.actor)
        page = self.paginate_queryset(seen.filter(subscription=self.get_object()))
        return self.get_paginated_response(DeliveryOut(page, many=True).data)
