from dataclasses import asdict
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.actions.redeliveries import (
    ping_subscription,
    redeliver_subscription,
    reload_subscription,
    rotate_secret,
)
from exchange.api import lane_examples as examples
from exchange.api.serializers.subscriptions import AttemptOut, OpenedOut, PingOut, RedeliverIn
from exchange.models import Attempt
from kernel.api import ApiView, In
from kernel.errors import Invalid
from kernel.parameters import whole_number

INTO = {"rotate_secret": In, "test": In, "redeliver": RedeliverIn, "reload": In}
EXAMPLES = {"redeliver": examples.REDELIVER}
ANSWERS = {
    "rotate_secret": {200: OpenedOut},
    "test": {200: PingOut},
    "attempts": AttemptOut(many=True),
}
PARAMETERS = {"attempts": ("cursor", "limit", "number", "ok")}
_PING = ("ok", "status", "error", "detail", "excerpt", "duration_ms")


class LaneSteps(ApiView):
    """What a subscriber does with its lane beside stopping it."""

    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Sign with a new secret, shown this once; the old one signs too for 24 hours."""
        self.read(request)
        lane, secret = rotate_secret(self.get_object(), actor=self.actor)
        return self.show(lane, secret=secret)

    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Send an event of the type ``ping`` now; the answer says how it was received."""
        self.read(request)
        outcome = asdict(ping_subscription(self.get_object(), actor=self.actor))
        return Response({name: outcome[name] for name in _PING})

    @action(detail=True, methods=["post"])
    def redeliver(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Bring one batch once more, or all that arrived from one on, under their old names."""
        lane, asked = self.get_object(), self.read(request)
        return self.show(redeliver_subscription(lane, actor=self.actor, **asked))

    @action(detail=True, methods=["post"])
    def reload(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Load a sink's table anew, or put the whole table down once more."""
        self.read(request)
        return self.show(reload_subscription(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["get"])
    def attempts(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Each call, load or drop of the last 30 days and how it ended; the newest first."""
        seen = Attempt.objects.visible_to(self.actor).filter(subscription=self.get_object())
        asked = request.query_params
        if "number" in asked:
            number = whole_number(asked["number"])
            if number is None:
                raise Invalid.field("number", "is not a value of this kind")
            seen = seen.filter(number=number)
        if "ok" in asked:
            if asked["ok"] not in ("true", "false"):
                raise Invalid.field("ok", "write true or false")
            seen = seen.filter(ok=asked["ok"] == "true")
        page = self.paginate_queryset(seen)
        return self.get_paginated_response(AttemptOut(page, many=True).data)
