"""Doors to duplicates and repeated collection."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.actions.likenesses import (
    confirm_likeness,
    dismiss_likeness,
    reopen_likeness,
    request_scan,
)
from catalog.api.examples_likenesses import LIKENESSES
from catalog.api.serializers.likenesses import (
    LikenessOut,
    LikenessScanOut,
    OverlapsOut,
    ScanIn,
)
from catalog.likeness.checking import collected_elsewhere
from catalog.likeness.namesakes import same_elsewhere
from catalog.models import Entry, Likeness, LikenessScan, Resource
from catalog.versions import items_of
from kernel.api import ApiView, ReadView, ReasonIn
from kernel.cursors import read_cursor, write_cursor
from kernel.errors import Invalid, NotFound
from kernel.paging import KeysetPages, read_limit


class ScorePages(KeysetPages):
    """Pages by score, the likest first; of equal ones the newest first."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the asked page."""
        self.request, limit = request, read_limit(request)
        kind, cursor = "catalog.likeness.score", request.query_params.get("cursor")
        if cursor:
            score, pk = read_cursor(kind, cursor)["after"]
            queryset = queryset.filter(Q(score__lt=score) | Q(score=score, pk__lt=pk))
        rows = list(queryset.order_by("-score", "-pk")[: limit + 1])
        page, self.has_more = rows[:limit], len(rows) > limit
        last = {"after": [page[-1].score, str(page[-1].pk)]} if self.has_more else None
        self.next_cursor = write_cursor(kind, last) if last else None
        return page


class LikenessView(ReadView):
    """Pairs of resources that look like one, and items that two departments collect."""

    model = Likeness
    out = LikenessOut
    into = {"confirm": ReasonIn, "dismiss": ReasonIn, "reopen": ReasonIn, "scan": ScanIn}
    answers = {"scan": {202: LikenessScanOut}}
    filters = {
        "kind": "kind",
        "state": "state",
        "department": "",
        "resource": "",
        "proposed_source": "proposed_source_id",
    }
    related = (
        "left__department", "left__published", "right__department", "right__published",
        "proposed_source",
    )  # fmt: skip
    pagination_class = ScorePages
    examples = LIKENESSES

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The pairs that match; ``department`` and ``resource`` may be either side's."""
        rows = super().filter_queryset(queryset)
        for name, column in (("department", "department_id"), ("resource", "pk")):
            asked = self.request.query_params.get(name)
            if asked is not None:
                try:
                    rows = rows.filter(
                        Q(**{f"left__{column}": asked}) | Q(**{f"right__{column}": asked})
                    )
                except (ValueError, TypeError, ValidationError) as bad:
                    raise Invalid.field(name, "is not a value of this kind") from bad
        return rows

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Say that these are one, or that it is collected twice."""
        row = self.get_object()
        return self.show(confirm_likeness(row, actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Say that these are two; no later scan brings the pair up again."""
        row = self.get_object()
        return self.show(dismiss_likeness(row, actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take a dismissal back."""
        row = self.get_object()
        return self.show(reopen_likeness(row, actor=self.actor, **self.read(request)))

    @action(detail=False, methods=["post"])
    def scan(self, request: Request, **kwargs: Any) -> Response:
        """Ask for a comparison of the whole catalogue; a worker makes it."""
        self.read(request)
        made = request_scan(actor=self.actor)
        return Response(LikenessScanOut(made).data, status=202)


class LikenessScanView(ReadView):
    """Comparisons of the catalogue that ended, and those that were asked for and wait."""

    model = LikenessScan
    out = LikenessScanOut


class OverlapView(ApiView):
    """What a resource's version would collect although others have it (Art. 19)."""

    model = Resource
    answers = {"overlaps": OverlapsOut}

    def overlaps(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Resources in force that hold the same items, or that look like the same resource."""
        resource = self.get_object()
        seen = Entry.objects.visible_to(self.actor).filter(resource=resource)
        entry = seen.select_related("department").order_by("-number").first()
        if entry is None:
            raise NotFound()
        items = list(items_of(entry))
        found = {
            "items": collected_elsewhere(entry, items),
            "same": same_elsewhere(entry, items),
        }
        return Response(OverlapsOut(found).data)
