"""Doors to comments on versions and to changes of law that entries have to follow."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Obligation
from catalog.actions.adjustments import register_adjustment
from catalog.actions.comments import resolve_comment, write_comment
from catalog.api.examples_changes import ADJUSTMENT_EXAMPLES, COMMENT_EXAMPLES
from catalog.api.serializers.changes import (
    AdjustmentIn,
    AdjustmentOut,
    CommentIn,
    CommentOut,
)
from catalog.api.views.rows import CatalogView
from catalog.models import Adjustment, Comment, Resource
from kernel.api import In
from kernel.parameters import flag_of


class CommentView(CatalogView):
    """Comments on the versions of one resource, the newest first."""

    model = Comment
    out = CommentOut
    into = {"create": CommentIn, "resolve_": In}
    filters = {"number": "entry__number", "pointer": "pointer", "resolved": ""}
    related = ("entry",)
    examples = COMMENT_EXAMPLES

    def get_queryset(self) -> QuerySet:
        """The comments that the actor may see on a resource that the actor may see."""
        return super().get_queryset().filter(entry__resource=self.resource())

    def resource(self) -> Resource:
        """The resource of the address."""
        return self.fetch(Resource.objects.visible_to(self.actor), self.kwargs.get("resource_pk"))

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """``resolved=false``: those still to be answered."""
        asked, rows = flag_of(self.request, "resolved"), super().filter_queryset(queryset)
        return rows if asked is None else rows.filter(resolved_at__isnull=not asked)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Say something of one place of the version in work."""
        row = write_comment(self.resource(), actor=self.actor, **self.read(request))
        return self.show(row, status=201)

    @action(detail=True, methods=["post"], url_path="resolve")
    def resolve_(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Settle a comment."""
        self.read(request)
        return self.show(resolve_comment(self.get_object(), actor=self.actor))


class AdjustmentView(CatalogView):
    """Changes of law or duties that entries have to follow within ten workdays (Art. 17)."""

    model = Adjustment
    out = AdjustmentOut
    into = {"create": AdjustmentIn}
    filters = {
        "department": "department_id",
        "resource": "resource_id",
        "cause": "cause",
        "followed": "",
    }
    examples = ADJUSTMENT_EXAMPLES

    def get_queryset(self) -> QuerySet:
        """The changes that the actor may see, each with its clock."""
        clock = Obligation.objects.filter(kind="C1", subject_id=OuterRef("pk")).order_by("-pk")

        def of_clock(column: str) -> Subquery:
            return Subquery(clock.values(column)[:1])

        return (
            super()
            .get_queryset()
            .annotate(
                due_on=of_clock("due_on"),
                is_provisional=Coalesce(of_clock("is_provisional"), False),
                met_at=of_clock("met_at"),
            )
        )

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """``followed=false``: those whose clock still runs."""
        asked, rows = flag_of(self.request, "followed"), super().filter_queryset(queryset)
        return rows if asked is None else rows.filter(entry__isnull=not asked)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """State a change; the clock of ten workdays counts from the day it happened."""
        values = self.read(request)
        self.resolve(values, "resource", Resource.objects.visible_to(self.actor))
        row = register_adjustment(values.pop("resource"), actor=self.actor, **values)
        return self.show(self.fetch(self.get_queryset(), row.pk), status=201)
