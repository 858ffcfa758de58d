"""The door to the versions of a resource, and to what differs between two."""

import re
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples_changes import DIFFERENCE_EXAMPLES
from catalog.api.serializers.changes import EntryDifferenceOut, VersionBrief
from catalog.api.serializers.resources import EntryOut
from catalog.api.views.rows import CatalogView
from catalog.differences import differences
from catalog.models import Entry, Item, Resource
from catalog.versions import ITEM_ROWS

_NUMBER = re.compile(r"[1-9]\d{0,5}", re.ASCII)
SEEN_ITEMS = Item.objects.select_related(*ITEM_ROWS)


class VersionView(CatalogView):
    """The versions of one resource, the newest first; each by its id or its number."""

    model = Entry
    out = EntryOut
    filters = {"state": "state", "number": "number"}
    answers = {"diff": EntryDifferenceOut}
    examples = DIFFERENCE_EXAMPLES

    def get_queryset(self) -> QuerySet:
        """The versions that the actor may see of a resource that the actor may see."""
        resource = self.fetch(
            Resource.objects.visible_to(self.actor), self.kwargs.get("resource_pk")
        )
        seen = super().get_queryset().filter(resource=resource)
        return seen.prefetch_related(Prefetch("items", SEEN_ITEMS))

    def get_object(self) -> Entry:
        """The version of the address."""
        return self.version(self.kwargs["pk"])

    def version(self, named: str) -> Entry:
        """The version with this id or number."""
        rows = self.get_queryset()
        if _NUMBER.fullmatch(named):
            rows = rows.filter(number=int(named))
            named = rows.values_list("pk", flat=True).first() or named
        return self.fetch(rows, named)

    @extend_schema(parameters=[OpenApiParameter("other", str, "path")])
    @action(detail=True, methods=["get"], url_path="diff/(?P<other>[^/]+)")
    def diff(self, request: Request, pk: str, other: str, **kwargs: Any) -> Response:
        """What differs from this version to another one, field by field and item by item."""
        before, after = self.get_object(), self.version(other)
        told = [EntryOut(entry).data for entry in (before, after)]
        found = differences(*told)
        return Response(
            {
                "before": VersionBrief(before).data,
                "after": VersionBrief(after).data,
                "metadata": [change._asdict() for change in found.metadata],
                "items": {
                    "added": found.added,
                    "removed": found.removed,
                    "changed": [
                        {
                            "column": item.column,
                            "name": item.name,
                            "changes": [change._asdict() for change in item.changes],
                        }
                        for item in found.changed
                    ],
                    "moved": found.moved,
                },
            }
        )
