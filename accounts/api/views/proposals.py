"""Doors to deeds for two people."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.proposals import (
    confirm_proposal,
    propose,
    refuse_proposal,
    withdraw_proposal,
)
from accounts.api.examples_people import PROPOSAL_REFUSED
from accounts.api.serializers.proposals import ProposalOut, TwoPersonDeedIn
from accounts.models import Proposal
from kernel.api import In, ReadView, ReasonIn

_EXAMPLE = OpenApiExample(
    "proposal",
    value={
        "deed": "grant.revoke_all",
        "subject": "019aa7a4-3a5e-7b1c-9c1e-2f6f6c1f0a11",
        "reason": "系统被入侵,立即停止全部授权",
    },
    request_only=True,
)


class ProposalView(ReadView):
    """Deeds that one person proposes and another confirms before they are done."""

    model = Proposal
    out = ProposalOut
    into = {"create": TwoPersonDeedIn, "confirm": In, "refuse": ReasonIn, "withdraw": In}
    filters = {"state": "state", "deed": "deed"}
    examples = {"create": [_EXAMPLE], "refuse": PROPOSAL_REFUSED}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Propose a deed; nothing is done before another person confirms it."""
        return self.show(propose(**self.read(request), actor=self.actor), status=201)

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """As another person agree; the deed is done now, or may be done by who proposed it."""
        self.read(request)
        return self.show(confirm_proposal(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """As another person refuse it."""
        reason = self.read(request)["reason"]
        return self.show(refuse_proposal(self.get_object(), actor=self.actor, reason=reason))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Give one's own proposal up."""
        self.read(request)
        return self.show(withdraw_proposal(self.get_object(), actor=self.actor))
