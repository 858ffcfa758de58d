from typing import Any

from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import InformationSystem
from catalog.models import Resource
from exchange.actions.answers import (
    ask_request,
    consent_request,
    prepare_answer,
    receive_request,
    refuse_request,
    return_answer,
)
from exchange.actions.previews import preview_answer
from exchange.actions.requests import (
    agree_request,
    decline_request,
    name_template,
    repeat_request,
    submit_request,
    supplement_request,
    withdraw_request,
)
from exchange.api import examples
from exchange.api.serializers.rights import RequestOut
from exchange.api.serializers.sharing import (
    AnswerPreviewIn,
    AnswerPreviewOut,
    MissingIn,
    NameIn,
    RequestIn,
    SharingAnswerIn,
    SupplementIn,
)
from exchange.models import Grant, SharingRequest
from kernel.api import In, ReadView, ReasonIn


class RequestView(ReadView):
    """Requests for sharing (Order 809 Art. 20-21)."""

    model = SharingRequest
    out = RequestOut
    into = {
        "create": RequestIn,
        "agree": In,
        "decline": ReasonIn,
        "withdraw": In,
        "name_template": NameIn,
        "receive": In,
        "ask": MissingIn,
        "supplement": SupplementIn,
        "prepare": SharingAnswerIn,
        "preview": AnswerPreviewIn,
        "return_": ReasonIn,
        "consent": In,
        "refuse": In,
    }
    filters = {
        "resource": "resource_id",
        "department": "department_id",
        "provider": "provider_id",
        "application": "application",
        "amends": "amends_id",
        "state": "state",
        "template": "template_name",
        "templates": "",
    }
    related = ("edition", "entry", "resource")
    answers = {"preview": {200: AnswerPreviewOut}}
    examples = {
        "create": examples.REQUEST,
        "decline": examples.DECLINE,
        "name_template": examples.NAME_TEMPLATE,
        "ask": examples.ASK,
        "supplement": examples.SUPPLEMENT,
        "prepare": examples.PREPARE,
        "preview": examples.PREVIEW,
        "return_": examples.RETURN,
    }

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that match; ``templates`` leaves those that are kept under a name."""
        found = super().filter_queryset(queryset)
        wanted = "templates" in self.request.query_params
        return found.exclude(template_name="") if wanted else found

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Ask for named items of a resource, as one did before where the body leaves it out."""
        values = self.read(request)
        named = (
            ("resource", Resource),
            ("system", InformationSystem),
            ("amends", Grant),
            ("like", SharingRequest),
        )
        rows = {
            name: self.chosen(model, name, values.pop(name))
            for name, model in named
            if name in values
        }
        like = rows.pop("like", None)
        if like is None:
            made = submit_request(rows.pop("resource"), actor=self.actor, **rows, **values)
        else:
            rows = {"resource": like.resource, "system": like.system, **rows}
            made = repeat_request(like, actor=self.actor, **rows, **values)
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
    def withdraw(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The requester takes it back."""
        self.read(request)
        return self.show(withdraw_request(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"], url_path="name-template")
    def name_template(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Keep it as a pattern under a name, or no longer."""
        name = self.read(request)["name"]
        return self.show(name_template(self.get_object(), actor=self.actor, name=name))

    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The provider's steward takes it on (受理)."""
        self.read(request)
        return self.show(receive_request(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def ask(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The provider asks once for everything that is missing (一次性告知)."""
        missing = self.read(request)["missing"]
        return self.show(ask_request(self.get_object(), actor=self.actor, missing=missing))

    @action(detail=True, methods=["post"])
    def supplement(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The requester gives what was missing."""
        given = self.read(request)["supplement"]
        return self.show(supplement_request(self.get_object(), actor=self.actor, supplement=given))

    @action(detail=True, methods=["post"])
    def prepare(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The provider's steward prepares the answer: a consent in full or in part, or a refusal.

        A condition is written as in `division = "990100" and age < 16`.
        """
        answer = self.read(request)
        return self.show(prepare_answer(self.get_object(), actor=self.actor, **answer))

    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """What a consent with these terms would show, on records of the provider's own."""
        found = preview_answer(self.get_object(), actor=self.actor, **self.read(request))
        return Response(AnswerPreviewOut(found).data)

    @action(detail=True, methods=["post"], url_path="return")
    def return_(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The provider's head does not sign what was prepared."""
        reason = self.read(request)["reason"]
        return self.show(return_answer(self.get_object(), actor=self.actor, reason=reason))

    @action(detail=True, methods=["post"])
    def consent(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The provider's head signs the prepared consent."""
        self.read(request)
        found = self.get_object()
        consent_request(found, actor=self.actor)
        return self.show(found)

    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The provider's head signs the prepared refusal."""
        self.read(request)
        return self.show(refuse_request(self.get_object(), actor=self.actor))
