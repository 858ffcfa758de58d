"""Doors to what the public says of open data."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.actions.feedback import settle_feedback, submit_feedback
from catalog.api.examples_changes import FEEDBACK_EXAMPLES
from catalog.api.serializers.feedback import FeedbackIn, FeedbackOut, FeedbackOutcomeIn
from catalog.api.views.rows import CatalogView
from catalog.models import Feedback, Resource
from kernel.parameters import flag_of


class FeedbackView(CatalogView):
    """Feedback on open data; the public writes it on the open pages."""

    model = Feedback
    out = FeedbackOut
    into = {"create": FeedbackIn, "settle": FeedbackOutcomeIn}
    filters = {"department": "department_id", "resource": "resource_id", "settled": ""}
    examples = FEEDBACK_EXAMPLES

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """``settled=false``: what waits for its provider."""
        asked, rows = flag_of(self.request, "settled"), super().filter_queryset(queryset)
        return rows if asked is None else rows.filter(settled_at__isnull=not asked)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Say something of a resource that is open to the public."""
        values = self.read(request)
        self.resolve(values, "resource", Resource.objects.visible_to(self.actor))
        row = submit_feedback(values.pop("resource"), actor=self.actor, **values)
        return self.show(row, status=201)

    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Note what was done about it."""
        row = settle_feedback(self.get_object(), actor=self.actor, **self.read(request))
        return self.show(row)
