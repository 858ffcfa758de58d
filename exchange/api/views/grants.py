from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.actions.grants import (
    certify_grant,
    dispose_grant,
    finish_grant,
    rectify_grant,
    resume_grant,
    revoke_grant,
    suspend_grant,
)
from exchange.api import examples
from exchange.api.serializers.rights import CertificateOut, EditionOut, GrantOut
from exchange.api.serializers.sharing import DisposeIn, FinishIn, RectifyIn, SuspendIn
from exchange.models import Grant
from kernel.api import In, ReadView, ReasonIn
from kernel.days import read_day
from kernel.errors import Conflict, Invalid


class GrantView(ReadView):
    """What was consented to, as it is in force."""

    model = Grant
    out = GrantOut
    into = {
        "revoke": ReasonIn,
        "suspend": SuspendIn,
        "rectify": RectifyIn,
        "resume": ReasonIn,
        "finish": FinishIn,
        "dispose": DisposeIn,
        "certify": In,
    }
    filters = {
        "resource": "resource_id",
        "department": "department_id",
        "provider": "provider_id",
        "system": "system_id",
        "state": "state",
        "unused_since": "",
    }
    related = ("resource__dataset", "request__entry", "department", "provider", "system")
    answers = {"editions": EditionOut(many=True), "certificate": CertificateOut}
    examples = {
        "revoke": examples.REVOKE,
        "suspend": examples.SUSPEND,
        "rectify": examples.RECTIFY,
        "resume": examples.RESUME,
        "finish": examples.FINISH,
        "dispose": examples.DISPOSE,
    }

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows that match; ``unused_since`` leaves those that nobody read from that day on."""
        found: Any = super().filter_queryset(queryset)
        since = self.request.query_params.get("unused_since")
        if since is None:
            return found
        day = read_day(since)
        if day is None:
            raise Invalid.field("unused_since", "must be a day such as 2026-01-31")
        return found.unused(day)

    @action(detail=True, methods=["get"], pagination_class=None)
    def editions(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The terms as each consent set them, the first one first."""
        rows = self.get_object().editions.order_by("number")
        return Response(EditionOut(rows, many=True).data)

    @action(detail=True, methods=["get"])
    def certificate(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The certificate of disposal (销毁证明); there is none before the holder has disposed."""
        grant = self.get_object()
        if grant.state != "disposed":
            raise Conflict("what was received under this grant has not been disposed of")
        return Response(CertificateOut(grant).data)

    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """End the right at once, with all its subscriptions."""
        reason = self.read(request)["reason"]
        return self.show(revoke_grant(self.get_object(), actor=self.actor, reason=reason))

    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Stop the right at once until its holder has put right what was wrong."""
        values = self.read(request)
        return self.show(suspend_grant(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def rectify(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The holder says what it has put right."""
        values = self.read(request)
        return self.show(rectify_grant(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Put a suspended right in force again."""
        reason = self.read(request)["reason"]
        return self.show(resume_grant(self.get_object(), actor=self.actor, reason=reason))

    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The holder has achieved the purpose, or needs the right no more: it ends."""
        values = self.read(request)
        return self.show(finish_grant(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def dispose(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The holder's head certifies how what was received was disposed of."""
        values = self.read(request)
        return self.show(dispose_grant(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def certify(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The holder's head certifies that the right is still needed."""
        self.read(request)
        return self.show(certify_grant(self.get_object(), actor=self.actor))
