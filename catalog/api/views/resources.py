"""Doors to resources and their versions."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import InformationSystem
from catalog.actions.resources import (
    change_resource,
    draft_resource,
    revise_resource,
    submit_resource,
    withdraw_resource,
)
from catalog.actions.reviews import (
    approve_resource,
    publish_resource,
    return_resource,
    review_resource,
)
from catalog.api.examples import RESOURCE_EXAMPLES
from catalog.api.serializers.resources import (
    EntryOut,
    ResourceBrief,
    ResourceChangeIn,
    ResourceIn,
    ResourceOut,
    RevisionIn,
)
from catalog.api.views.rows import CatalogView
from catalog.models import Category, Entry, Resource
from catalog.states import ENTRY
from catalog.vocabulary import ShareType
from kernel.api import ReasonIn
from kernel.errors import Invalid


class ResourceView(CatalogView):
    """Government information resources; the verbs act on the version in work."""

    model = Resource
    out = ResourceOut
    into = {
        "create": ResourceIn,
        "partial_update": ResourceChangeIn,
        "revise": RevisionIn,
        "return_": ReasonIn,
        "withdraw": ReasonIn,
    }
    answers = {"list": ResourceBrief(many=True)}
    filters = {
        "department": "department_id",
        "category": "category_id",
        "category_code": "category__code__startswith",
        "code": "code",
        "share_type": "published__share_type",
        "state": "",
    }
    related = ("department", "category")
    examples = RESOURCE_EXAMPLES

    def get_queryset(self) -> QuerySet:
        """The resources that the actor may see, with the versions of each that it may see."""
        seen = Entry.objects.visible_to(self.actor).exclude(state="superseded")
        return super().get_queryset().prefetch_related(Prefetch("entries", seen, to_attr="seen"))

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """``state`` asks for a visible version in that state, so that it tells no secrets."""
        asked = self.request.query_params
        self._check_choice("share_type", ShareType.values)
        self._check_choice("state", ENTRY.states)
        if "state" in asked:
            found = Entry.objects.visible_to(self.actor).filter(state=asked["state"])
            queryset = queryset.filter(pk__in=found.values("resource_id"))
        return super().filter_queryset(queryset)

    def _check_choice(self, name: str, choices: list[str]) -> None:
        value = self.request.query_params.get(name)
        if value is not None and value not in choices:
            raise Invalid.field(name, f"choose from: {', '.join(choices)}", "invalid-choice")

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of resources in brief."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(ResourceBrief(page, many=True).data)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Draft a resource of the own department."""
        values = self._read_entry(request)
        category, items = values.pop("category"), values.pop("items", [])
        return self._show(
            draft_resource(actor=self.actor, category=category, metadata=values, items=items), 201
        )

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change the version in work."""
        resource, expected = self.get_object(), self.expected(request)
        values = self._read_entry(request)
        category, items = values.pop("category", None), values.pop("items", None)
        return self._show(
            change_resource(
                resource,
                actor=self.actor,
                expected=expected,
                values=values,
                items=items,
                category=category,
            )
        )

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Hand the version in work to the department's head."""
        return self._show(submit_resource(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The head agrees; the authority has two workdays from here (Art. 17)."""
        return self._show(approve_resource(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority finds the version in order."""
        return self._show(review_resource(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority puts the version in force; the first time, the resource gets its code."""
        return self._show(publish_resource(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"], url_path="return")
    def return_(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Send the version back to its writers; for whoever's turn it is."""
        return self._show(
            return_resource(self.get_object(), actor=self.actor, **self.read(request))
        )

    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Begin a new version; the one in force stays in force until the new one is published."""
        return self._show(
            revise_resource(self.get_object(), actor=self.actor, **self.read(request))
        )

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take the published version out of force."""
        return self._show(
            withdraw_resource(self.get_object(), actor=self.actor, **self.read(request))
        )

    def _read_entry(self, request: Request) -> dict[str, Any]:
        values = self.read(request)
        self.resolve(values, "category", Category.objects.visible_to(self.actor))
        self.resolve(values, "source_system", InformationSystem.objects.visible_to(self.actor))
        return values

    def _show(self, entry: Entry, status: int = 200) -> Response:
        """The resource as the actor sees it after its deed, which may take it out of sight."""
        resource = self.get_queryset().filter(pk=entry.resource_id).first()
        if resource is None:
            resource = entry.resource
            resource.seen = [entry]  # type: ignore[attr-defined]
        return self.show(resource, status)


class VersionView(CatalogView):
    """The versions of one resource, the newest first."""

    model = Entry
    out = EntryOut

    def get_queryset(self) -> QuerySet:
        """The versions that the actor may see of a resource that the actor may see."""
        resource = self.fetch(
            Resource.objects.visible_to(self.actor), self.kwargs.get("resource_pk")
        )
        return super().get_queryset().filter(resource=resource).prefetch_related("items")
