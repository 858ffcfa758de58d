from typing import Any

from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import InformationSystem
from catalog.models import Resource
from exchange.actions import interfaces
from exchange.actions.gateway_keys import issue_gateway_key, revoke_gateway_key
from exchange.actions.interface_calls import call_interface
from exchange.api import interface_examples as examples
from exchange.api.callers import HEADERS, read_call
from exchange.api.rendering import json_response
from exchange.api.serializers.interfaces import (
    GatewayKeyIn,
    GatewayKeyOut,
    InterfaceCallIn,
    InterfaceCallOut,
    InterfaceChangeIn,
    InterfaceIn,
    InterfaceOut,
    IssuedGatewayKeyOut,
    TestedOut,
)
from exchange.interface_errors import fault_at
from exchange.models import GatewayKey, ServiceInterface
from kernel.api import In, ReadView, ReasonIn


class InterfaceView(ReadView):
    """Service interfaces (服务接口): providers' own HTTP interfaces, called through the hub."""

    model = ServiceInterface
    out = InterfaceOut
    into = {
        "create": InterfaceIn,
        "partial_update": InterfaceChangeIn,
        "pause": ReasonIn,
        "resume": In,
        "close": In,
        "test": InterfaceCallIn,
        "call": InterfaceCallIn,
    }
    answers = {"call": InterfaceCallOut, "test": TestedOut}
    filters = {
        "resource": "resource_id",
        "department": "department_id",
        "system": "system_id",
        "code": "code",
        "kind": "kind",
        "state": "state",
    }
    related = ("resource",)
    examples = {
        "create": examples.REGISTER,
        "partial_update": examples.CHANGE,
        "pause": examples.PAUSE,
        "call": examples.CALL,
        "test": examples.TEST,
    }

    @property
    def own_idempotency(self) -> bool:  # type: ignore[override]
        """Whoever asks twice wants to know twice, and no transaction may be open meanwhile."""
        return self.action in ("call", "test")

    @property
    def call_headers(self) -> tuple[str, ...]:
        """What a call takes in headers, for the API document."""
        return tuple(HEADERS) if self.action == "call" else ()

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Register an interface under a published resource; its secret is never shown again."""
        values = self.read(request)
        resource = self.chosen(Resource, "resource", values.pop("resource"))
        system = self.chosen(InformationSystem, "system", values.pop("system"))
        values.setdefault("auth", {})
        values.setdefault("parameters", [])
        made = interfaces.register_interface(resource, actor=self.actor, system=system, **values)
        return self.show(made, status=201)

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change it; what takes something from those who call it is announced first (Art. 27)."""
        interface, expected = self.get_object(), self.expected(request)
        values = self.read(request)
        if "system" in values:
            values["system"] = self.chosen(InformationSystem, "system", values["system"])
        changed = interfaces.change_interface(
            interface, actor=self.actor, expected=expected, values=values
        )
        return self.show(changed)

    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Let nobody call for now; those served are told."""
        reason = self.read(request)["reason"]
        found = self.get_object()
        return self.show(interfaces.pause_interface(found, actor=self.actor, reason=reason))

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Let it be called again."""
        self.read(request)
        return self.show(interfaces.resume_interface(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Let nobody call any more; announced to those served first (Art. 27)."""
        self.read(request)
        return self.show(interfaces.close_interface(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Call it once as its provider: whether it answers, how fast, and what it holds."""
        parameters = self.read(request)["parameters"]
        tested = interfaces.test_interface(
            self.get_object(), actor=self.actor, parameters=parameters
        )
        return Response(TestedOut(tested).data)

    @action(detail=True, methods=["post"])
    def call(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        """Ask the provider: granted items of granted records, or yes, no or a code.

        A refusal says in X-Fault-At whose fault it is: caller, hub or provider.
        """
        rows = ServiceInterface.objects.callable_by(self.actor).select_related(*self.related)
        answered = call_interface(
            self.fetch(rows, pk),
            actor=self.actor,
            parameters=self.read(request)["parameters"],
            call=read_call(request),
        )
        response = json_response(answered.body)
        response["X-Cache"] = "hit" if answered.cached else "miss"
        return response

    def handle_exception(self, exc: Exception) -> Any:
        """The problem; of a call, whose fault it is."""
        response = super().handle_exception(exc)
        if self.action == "call":
            response["X-Fault-At"] = fault_at(exc, response.status_code)
        return response


class GatewayKeyView(ReadView):
    """Keys of systems that sign as for a national or provincial gateway (兼容方式)."""

    model = GatewayKey
    out = GatewayKeyOut
    into = {"create": GatewayKeyIn, "revoke": In}
    filters = {"system": "system_id", "dialect": "dialect", "state": "state"}
    hidden = ("secret",)
    examples = {"create": examples.ISSUE}
    answers = {"create": {201: IssuedGatewayKeyOut}}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """A new key; the answer shows its secret this once."""
        values = self.read(request)
        system = self.chosen(InformationSystem, "system", values["system"])
        key, secret = issue_gateway_key(system, actor=self.actor, dialect=values["dialect"])
        return self.show(key, status=201, secret=secret)

    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Close it at once."""
        self.read(request)
        return self.show(revoke_gateway_key(self.get_object(), actor=self.actor))
