"""The door to resources."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department, InformationSystem
from catalog.actions.placements import place_resource, unplace_resource
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
from catalog.actions.sources import name_source
from catalog.api.examples import RESOURCE_EXAMPLES
from catalog.api.serializers.changes import CheckOut, ItemSourceIn, PlaceIn
from catalog.api.serializers.resources import (
    ResourceBrief,
    ResourceChangeIn,
    ResourceIn,
    ResourceOut,
    RevisionIn,
)
from catalog.api.views.rows import CatalogView
from catalog.api.views.versions import SEEN_ITEMS
from catalog.errors import NothingInWork
from catalog.gates import filing_faults
from catalog.models import Category, CodeList, DataElement, Entry, Placement, Resource
from catalog.states import ENTRY
from catalog.versions import in_progress
from catalog.vocabulary import DataGrade, FormatClass, ShareType, UpdateCycle
from kernel.api import ReasonIn
from kernel.errors import Invalid
from kernel.parameters import choice_of, flag_of

CHOICES = {
    "share_type": ShareType.values,
    "update_cycle": UpdateCycle.values,
    "format_class": FormatClass.values,
    "data_grade": DataGrade.values,
}
FLAGS = {"is_open": "published__open_to_public", "is_attached": "is_attached"}
# Parameter -> column, of a resource and of a placement alike.
PLACED = {
    "category": "category_id",
    "category_code": "category__code__startswith",
    "code": "code",
}


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
        "place": PlaceIn,
        "unplace": PlaceIn,
        "name_source": ItemSourceIn,
    }
    answers = {"list": ResourceBrief(many=True), "check": CheckOut}
    filters = {
        "department": "department_id",
        "category": "",
        "category_code": "",
        "code": "",
        "share_type": "published__share_type",
        "update_cycle": "published__update_cycle",
        "format_class": "published__format_class",
        "data_grade": "published__data_grade",
        "source_system": "published__source_system_id",
        "is_open": "",
        "is_attached": "",
        "state": "",
    }
    related = ("department", "category")
    examples = RESOURCE_EXAMPLES

    def get_queryset(self) -> QuerySet:
        """The resources that the actor may see, with the versions of each that it may see."""
        seen = Entry.objects.visible_to(self.actor).exclude(state="superseded")
        rows = super().get_queryset()
        if self.action != "list":
            seen = seen.prefetch_related(Prefetch("items", SEEN_ITEMS))
            rows = rows.prefetch_related("placements__category")
        return rows.prefetch_related(Prefetch("entries", seen, to_attr="seen"))

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """``state`` asks for a visible version in that state, so that it tells no secrets."""
        for name, choices in CHOICES.items():
            choice_of(self.request, name, choices)
        state = choice_of(self.request, "state", ENTRY.states)
        if state is not None:
            found = Entry.objects.visible_to(self.actor).filter(state=state)
            queryset = queryset.filter(pk__in=found.values("resource_id"))
        for name, column in FLAGS.items():
            asked = flag_of(self.request, name)
            if asked is not None:
                queryset = queryset.filter(**{column: asked})
        return super().filter_queryset(self._in_class(queryset))

    def _in_class(self, queryset: QuerySet) -> QuerySet:
        """A class or a code is found by the first place of a resource and by its further ones."""
        for name, column in PLACED.items():
            asked = self.request.query_params.get(name)
            if asked is None:
                continue
            try:
                placed = Placement.objects.filter(**{column: asked}).values("resource_id")
                queryset = queryset.filter(Q(**{column: asked}) | Q(pk__in=placed))
            except (ValueError, ValidationError) as bad:
                raise Invalid.field(name, "is not a value of this kind") from bad
        return queryset

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of resources in brief."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.shapes(page, ResourceBrief))

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

    @action(detail=True, methods=["get"])
    def check(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """What keeps the version in work from being submitted; changes nothing."""
        entry = in_progress(self.get_object())
        if not Entry.objects.visible_to(self.actor).filter(pk=entry.pk).exists():
            raise NothingInWork()
        return Response({"faults": [fault._asdict() for fault in filing_faults(entry)]})

    @action(detail=True, methods=["post"])
    def place(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Hang the resource under a further class; its code there comes with publication."""
        resource, category = self.get_object(), self._category(request)
        return self._show(place_resource(resource, actor=self.actor, category=category), 201)

    @action(detail=True, methods=["post"])
    def unplace(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Give a further class up that has no code yet."""
        resource, category = self.get_object(), self._category(request)
        unplace_resource(resource, actor=self.actor, category=category)
        return self.show(self.get_object())

    @action(detail=True, methods=["post"], url_path="name-source")
    def name_source(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Name the one department that is the source of an item (数源部门, Art. 19)."""
        values = self.read(request)
        self.resolve(values, "source_department", Department.objects.visible_to(self.actor))
        name_source(
            self.get_object(),
            actor=self.actor,
            column=values["column"],
            department=values["source_department"],
            reason=values["reason"],
        )
        return self.show(self.get_object())

    def _category(self, request: Request) -> Category:
        values = self.read(request)
        self.resolve(values, "category", Category.objects.visible_to(self.actor))
        return values["category"]

    def _read_entry(self, request: Request) -> dict[str, Any]:
        values = self.read(request)
        self.resolve(values, "category", Category.objects.visible_to(self.actor))
        self.resolve(values, "source_system", InformationSystem.objects.visible_to(self.actor))
        items = values.get("items", [])
        lists = CodeList.objects.visible_to(self.actor).select_related("current")
        self.resolve_each(items, "code_list", lists, within="items")
        self.resolve_each(items, "element", DataElement.objects.visible_to(self.actor), "items")
        return values

    def _show(self, row: Entry | Placement, status: int = 200) -> Response:
        """The resource as the actor sees it after its deed, which may take it out of sight."""
        resource = self.get_queryset().filter(pk=row.resource_id).first()
        if resource is None:
            resource = row.resource
            resource.seen = [row] if isinstance(row, Entry) else []  # type: ignore[attr-defined]
        return self.show(resource, status)
