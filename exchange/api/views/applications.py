from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import InformationSystem
from catalog.models import Resource
from exchange.actions.requests import submit_application
from exchange.api import examples
from exchange.api.serializers.rights import RequestOut
from exchange.api.serializers.sharing import ApplicationIn
from exchange.models import Grant, SharingRequest
from kernel.api import ApiView
from kernel.errors import NotFound


class ApplicationOut(serializers.Serializer[Any]):
    """What was asked for together; each provider answers its own request."""

    id = serializers.UUIDField()
    requests = RequestOut(many=True)


class ApplicationView(ApiView):
    """Applications for items of several resources, which become a request to each provider."""

    model = SharingRequest
    out = ApplicationOut
    into = {"create": ApplicationIn}
    related = ("edition", "entry", "resource")
    examples = {"create": examples.APPLICATION}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Ask for items of several resources at once: all requests are made, or none."""
        values = self.read(request)
        system = self.chosen(InformationSystem, "system", values.pop("system"))
        parts = [self._part(place, part) for place, part in enumerate(values.pop("parts"))]
        made = submit_application(parts, actor=self.actor, system=system, **values)
        return Response(self._shape(made), status=201)

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Its requests, as far as one may see them."""
        try:
            found = list(self.get_queryset().filter(application=pk).order_by("pk"))
        except (ValueError, TypeError, ValidationError):
            found = []
        if not found:
            raise NotFound()
        return Response(self._shape(found))

    def _part(self, place: int, part: dict[str, Any]) -> dict[str, Any]:
        """The part with the rows that it names."""
        rows = {
            name: self.chosen(model, f"parts/{place}/{name}", part[name])
            for name, model in (("resource", Resource), ("amends", Grant))
            if name in part
        }
        return {**part, **rows}

    def _shape(self, requests: list[SharingRequest]) -> dict[str, Any]:
        whole = {"id": requests[0].application, "requests": requests}
        data: dict[str, Any] = ApplicationOut(whole, context=self.get_serializer_context()).data
        return data
