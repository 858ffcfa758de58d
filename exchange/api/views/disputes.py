from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.actions.disputes import (
    decide_dispute,
    elevate_dispute,
    open_dispute,
    refer_dispute,
    respond_dispute,
    settle_dispute,
    withdraw_dispute,
)
from exchange.api import oversight_examples as examples
from exchange.api.serializers.disputes import (
    DecideIn,
    DisputeIn,
    DisputeOut,
    ElevateIn,
    ResponseIn,
    SettleIn,
)
from exchange.models import Dispute, Grant, Objection, SharingRequest
from kernel.api import In, ReadView

_SUBJECTS = {"request": SharingRequest, "grant": Grant, "objection": Objection}


class DisputeView(ReadView):
    """Disputes about sharing, in three stages (Order 809 Art. 28)."""

    model = Dispute
    out = DisputeOut
    into = {
        "create": DisputeIn,
        "respond": ResponseIn,
        "refer": In,
        "elevate": ElevateIn,
        "settle": SettleIn,
        "decide": DecideIn,
        "withdraw": In,
    }
    filters = {
        "request": "request_id",
        "grant": "grant_id",
        "objection": "objection_id",
        "department": "department_id",
        "respondent": "respondent_id",
        "state": "state",
    }
    related = ("request__entry", "grant__request__entry", "objection__resource")
    examples = {
        "create": examples.DISPUTE,
        "respond": examples.RESPOND,
        "elevate": examples.ELEVATE,
        "settle": examples.SETTLE,
        "decide": examples.DECIDE,
    }

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Dispute a request's answer, a grant or an objection; both sides negotiate."""
        values = self.read(request)
        name = next(name for name in _SUBJECTS if name in values)
        subject = self.chosen(_SUBJECTS[name], name, values[name])
        made = open_dispute(subject, actor=self.actor, claim=values["claim"])
        return self.show(made, status=201)

    @action(detail=True, methods=["post"])
    def respond(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The other side states its view."""
        values = self.read(request)
        return self.show(respond_dispute(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def refer(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Either side takes it to the authority."""
        self.read(request)
        return self.show(refer_dispute(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def elevate(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority reports it to the government."""
        values = self.read(request)
        return self.show(elevate_dispute(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The two have agreed."""
        values = self.read(request)
        return self.show(settle_dispute(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Enter the decision; a refusal that does not stand is answered anew."""
        values = self.read(request)
        return self.show(decide_dispute(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The side that disputes takes it back."""
        self.read(request)
        return self.show(withdraw_dispute(self.get_object(), actor=self.actor))
