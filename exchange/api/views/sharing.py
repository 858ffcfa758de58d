from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import InformationSystem
from catalog.models import Resource
from exchange.actions.grants import revoke_grant
from exchange.actions.requests import (
    agree_request,
    consent_request,
    decline_request,
    refuse_request,
    submit_request,
    withdraw_request,
)
from exchange.api import examples
from exchange.api.serializers.sharing import ConsentIn, GrantOut, RequestIn, RequestOut
from exchange.models import Grant, SharingRequest
from kernel.api import In, ReadView, ReasonIn


class RequestView(ReadView):
    """Requests for sharing (Order 809 Art. 20-21)."""

    model = SharingRequest
    out = RequestOut
    into = {
        "create": RequestIn,
        "agree": In,
        "withdraw": In,
        "decline": ReasonIn,
        "consent": ConsentIn,
        "refuse": ReasonIn,
    }
    filters = {
        "resource": "resource_id",
        "department": "department_id",
        "provider": "provider_id",
        "state": "state",
    }
    related = ("grant", "entry", "resource__published")
    examples = {
        "create": examples.REQUEST,
        "decline": examples.DECLINE,
        "consent": examples.CONSENT,
        "refuse": examples.REFUSE,
    }

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Ask for named items of a resource."""
        values = self.read(request)
        resource = self.chosen(Resource, "resource", values.pop("resource"))
        system = self.chosen(InformationSystem, "system", values.pop("system"))
        made = submit_request(resource, actor=self.actor, system=system, **values)
        return self.show(made, status=201)

    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The requester's head agrees; the provider's clock starts."""
        self.read(request)
        return self.show(agree_request(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The requester's own head does not let it out."""
        reason = self.read(request)["reason"]
        return self.show(decline_request(self.get_object(), actor=self.actor, reason=reason))

    @action(detail=True, methods=["post"])
    def consent(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The provider's head consents to all or some of the items."""
        found = self.get_object()
        consent_request(found, actor=self.actor, items=self.read(request)["items"])
        return self.show(found)

    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The provider's head refuses, and says why."""
        reason = self.read(request)["reason"]
        return self.show(refuse_request(self.get_object(), actor=self.actor, reason=reason))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The requester takes it back."""
        self.read(request)
        return self.show(withdraw_request(self.get_object(), actor=self.actor))


class GrantView(ReadView):
    """What was consented to."""

    model = Grant
    out = GrantOut
    into = {"revoke": ReasonIn}
    filters = {
        "resource": "resource_id",
        "department": "department_id",
        "provider": "provider_id",
        "system": "system_id",
        "state": "state",
    }
    related = ("resource__dataset",)
    examples = {"revoke": examples.REVOKE}

    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """End the right at once, with all its subscriptions."""
        reason = self.read(request)["reason"]
        return self.show(revoke_grant(self.get_object(), actor=self.actor, reason=reason))
