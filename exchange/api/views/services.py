from typing import Any

from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.actions.services import (
    announce_change,
    complete_change,
    file_change,
    reply_change,
    withdraw_change,
)
from exchange.api import oversight_examples as examples
from exchange.api.serializers.services import ChangeIn, ChangeOut, FileIn, ReplyIn
from exchange.models import Dataset, ServiceChange, ServiceInterface
from kernel.api import In, ReadView
from kernel.errors import Invalid


class ServiceChangeView(ReadView):
    """Stops and changes of services, announced to those served (Order 809 Art. 27)."""

    model = ServiceChange
    out = ChangeOut
    into = {
        "create": ChangeIn,
        "reply": ReplyIn,
        "file": FileIn,
        "complete": In,
        "withdraw": In,
    }
    filters = {
        "dataset": "dataset_id",
        "interface": "interface_id",
        "department": "department_id",
        "kind": "kind",
        "state": "state",
    }
    related = ("dataset__resource", "interface__resource")
    examples = {
        "create": examples.ANNOUNCE,
        "reply": examples.REPLY,
        "file": examples.FILE,
    }

    def get_queryset(self) -> QuerySet[Any]:
        """The rows, with their replies."""
        return super().get_queryset().prefetch_related("replies")

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Announce that a service stops or changes; those served are told."""
        values = self.read(request)
        kinds = {"dataset": Dataset, "interface": ServiceInterface}
        named = [name for name in kinds if name in values]
        if len(named) != 1:
            raise Invalid.field("dataset", "name a dataset or an interface")
        service = self.chosen(kinds[named[0]], named[0], values.pop(named[0]))
        return self.show(announce_change(service, actor=self.actor, **values), status=201)

    @action(detail=True, methods=["post"])
    def reply(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """A department served agrees, or does not."""
        values = self.read(request)
        reply_change(self.get_object(), actor=self.actor, **values)
        return self.show(self.get_object())

    @action(detail=True, methods=["post"])
    def file(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority files it (备案)."""
        values = self.read(request)
        return self.show(file_change(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """It is done."""
        self.read(request)
        return self.show(complete_change(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The service goes on as it is."""
        self.read(request)
        return self.show(withdraw_change(self.get_object(), actor=self.actor))
