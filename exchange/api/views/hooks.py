from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.actions.hooks import (
    close_hook,
    open_hook,
    pause_hook,
    resume_hook,
    rotate_secret,
)
from exchange.api import oversight_examples as examples
from exchange.api.serializers.hooks import HookIn, HookOut, OpenedHookOut
from exchange.models import Hook
from kernel.api import In, ReadView, ReasonIn


class HookView(ReadView):
    """Webhooks that take a department's notices."""

    model = Hook
    out = HookOut
    into = {"create": HookIn, "pause": ReasonIn, "resume": In, "close": In, "rotate_secret": In}
    filters = {"state": "state"}
    hidden = ("secret",)
    examples = {"create": examples.HOOK, "pause": examples.PAUSE_HOOK}
    answers = {"create": {201: OpenedHookOut}, "rotate_secret": {200: OpenedHookOut}}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Have the own department's notices sent; the answer shows the signing secret this once."""
        made, secret = open_hook(actor=self.actor, **self.read(request))
        return self.show(made, status=201, secret=secret)

    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Send nothing for now."""
        reason = self.read(request)["reason"]
        return self.show(pause_hook(self.get_object(), actor=self.actor, reason=reason))

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Send again, from where it stopped."""
        self.read(request)
        return self.show(resume_hook(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Sign with a new secret, shown this once; the old one signs too for 24 hours."""
        self.read(request)
        hook, secret = rotate_secret(self.get_object(), actor=self.actor)
        return self.show(hook, secret=secret)

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Send nothing more."""
        self.read(request)
        return self.show(close_hook(self.get_object(), actor=self.actor))
