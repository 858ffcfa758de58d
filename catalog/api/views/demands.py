"""Doors to supply and demand (供需对接)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department
from catalog.actions.demands import (
    accept_demand,
    demands_like,
    dispute_demand,
    merge_demand,
    offer_demand,
    refuse_demand,
    reroute_demand,
    route_demand,
    settle_demand,
    submit_demand,
    withdraw_demand,
)
from catalog.api.examples_quality import DEMANDS
from catalog.api.serializers.demands import (
    CandidateOut,
    CandidatesOut,
    DemandIn,
    DemandMergeIn,
    DemandOut,
    OfferIn,
    RefusalIn,
    RouteIn,
    SettlementIn,
    SimilarDemandOut,
    SimilarDemandsOut,
)
from catalog.models import Demand, Resource
from catalog.search.similar import similar
from kernel.api import ReadView, ReasonIn
from kernel.parameters import flag_of


class DemandView(ReadView):
    """Needs for data that no entry offers: merged, routed, answered, disputed."""

    model = Demand
    out = DemandOut
    into = {
        "create": DemandIn,
        "merge": DemandMergeIn,
        "route": RouteIn,
        "offer": OfferIn,
        "refuse": RefusalIn,
        "dispute": ReasonIn,
        "settle": SettlementIn,
        "reroute": RouteIn,
    }
    answers = {"similar": SimilarDemandsOut, "candidates": CandidatesOut}
    filters = {
        "state": "state",
        "department": "department_id",
        "routed_to": "routed_to_id",
        "merged_into": "merged_into_id",
        "overdue": "",
    }
    related = (
        "department",
        "routed_to",
        "resource__published",
        "merged_into__routed_to",
        "merged_into__resource__published",
    )
    examples = DEMANDS

    def get_queryset(self) -> QuerySet[Any]:
        """The demands that the actor may see, with those that were merged into them."""
        return super().get_queryset().prefetch_related("merged__department")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The demands that match; ``overdue=true``: whose answer is late."""
        rows = super().filter_queryset(queryset)
        overdue = flag_of(self.request, "overdue")
        if overdue is None:
            return rows
        late = Q(state="routed", answer_by__lt=timezone.localdate())
        return rows.filter(late) if overdue else rows.exclude(late)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Submit a need of the own department."""
        made = submit_demand(actor=self.actor, **self.read(request))
        return self._show(made, status=201)

    @action(detail=True, methods=["get"])
    def similar(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Other waiting demands that could be merged with it, for whoever routes demands."""
        found = demands_like(self.get_object(), actor=self.actor)
        items = [
            {
                "row": row,
                "score": likeness.score,
                "name": likeness.name,
                "shared_items": likeness.shared_data,
            }
            for row, likeness in found
        ]
        return Response({"items": SimilarDemandOut(items, many=True).data})

    @action(detail=True, methods=["get"])
    def candidates(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Entries in force whose names are like its title: perhaps they answer it already."""
        row = self.get_object()
        found = [
            {**one.hit._asdict(), "likeness": one.likeness} for one in similar(row.pk, row.title)
        ]
        return Response({"items": CandidateOut(found, many=True).data})

    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Put it together with a waiting demand for the same; one answer is for both."""
        row, into = self.get_object(), self.read(request)["into"]
        merged = merge_demand(row, actor=self.actor, into=self.chosen(Demand, "into", into))
        return self._show(merged)

    @action(detail=True, methods=["post"])
    def route(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Give it to the department whose duty it is, with a term to answer in workdays."""
        row, values = self._with_department(request)
        return self._show(route_demand(row, actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def offer(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with a resource of the own department that is in force."""
        row, values = self.get_object(), self.read(request)
        values["resource"] = self.chosen(Resource, "resource", values["resource"])
        return self._show(offer_demand(row, actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Refuse with the reason and its basis in law."""
        return self._show(refuse_demand(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """What was offered is what was needed."""
        return self._show(accept_demand(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def dispute(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Object to the offer or to the refusal."""
        return self._show(dispute_demand(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority's last word on a dispute."""
        return self._show(settle_demand(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def reroute(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The dispute is right: somebody answers anew."""
        row, values = self._with_department(request)
        return self._show(reroute_demand(row, actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The need is gone."""
        return self._show(withdraw_demand(self.get_object(), actor=self.actor))

    def _with_department(self, request: Request) -> tuple[Demand, dict[str, Any]]:
        row, values = self.get_object(), self.read(request)
        values["department"] = self.chosen(Department, "department", values["department"])
        return row, values

    def _show(self, row: Demand, status: int = 200) -> Response:
        """The demand as it is after the deed, which may take it out of the actor's sight."""
        rows = Demand.objects.select_related(*self.related).prefetch_related("merged__department")
        return self.show(rows.get(pk=row.pk), status)
