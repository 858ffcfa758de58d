"""Doors to statutory clocks and the workday calendar."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.calendar import load_calendar_year
from accounts.actions.clocks import limit_clock
from accounts.actions.extensions import ask_extension, decline_extension, extend_obligation
from accounts.actions.obligations import explain_obligation
from accounts.api.examples import CALENDAR, CLOCK_LIMIT, EXPLANATION, EXTENSION
from accounts.api.examples_board import EXTENSION_ASKED, EXTENSION_DECLINED
from accounts.api.serializers.duties import (
    CalendarIn,
    CalendarOut,
    ClockLimitIn,
    ClockOut,
    ExplanationIn,
    ExtensionAskedIn,
    ExtensionIn,
    ObligationOut,
)
from accounts.clocks import CLOCKS, Clock
from accounts.errors import CalendarInvalid
from accounts.models import CalendarYear, ClockLimit, Obligation
from accounts.querysets import standing_on
from accounts.vocabulary import Standing
from kernel.api import ApiView, ReadView, ReasonIn
from kernel.errors import Invalid, NotFound
from kernel.paging import WholeList
from kernel.parameters import flag_of


class ObligationView(ReadView):
    """The statutory clocks (法定时限) of the departments that the actor may watch."""

    model = Obligation
    out = ObligationOut
    into = {
        "ask_extension": ExtensionAskedIn,
        "decline_extension": ReasonIn,
        "extend": ExtensionIn,
        "explain": ExplanationIn,
    }
    filters = {
        "standing": "",
        "awaited": "",
        "state": "state",
        "kind": "kind",
        "department": "department_id",
        "subject_id": "subject_id",
    }
    examples = {
        "ask_extension": EXTENSION_ASKED,
        "decline_extension": EXTENSION_DECLINED,
        "extend": EXTENSION,
        "explain": EXPLANATION,
    }

    def get_serializer_context(self) -> dict[str, Any]:
        """With room for the calendars, which are read once for a page."""
        return {**super().get_serializer_context(), "calendars": {}}

    def get_queryset(self) -> QuerySet[Any]:
        """The clocks, each with its standing today."""
        rows: QuerySet[Any] = Obligation.objects.visible_to(self.actor)
        return rows.annotate(standing=standing_on(timezone.localdate()))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """``standing`` is computed; ``awaited`` are the clocks of others that one waits for."""
        if flag_of(self.request, "awaited"):
            rows = Obligation.objects.awaited_by(self.actor)
            queryset = rows.annotate(standing=standing_on(timezone.localdate()))
        asked = self.request.query_params.get("standing")
        if asked is not None:
            if asked not in Standing.values:
                known = ", ".join(Standing.values)
                raise Invalid.field("standing", f"choose from: {known}", "invalid-choice")
            queryset = queryset.filter(standing=asked)
        return super().filter_queryset(queryset)

    @action(detail=True, methods=["post"], url_path="ask-extension")
    def ask_extension(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Ask the authority for more time, with the special reason."""
        values = self.read(request)
        return self._shown(ask_extension(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"], url_path="decline-extension")
    def decline_extension(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority leaves the last day as it is."""
        values = self.read(request)
        return self._shown(decline_extension(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def extend(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority gives more time, once."""
        values = self.read(request)
        return self._shown(extend_obligation(self.get_object(), actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def explain(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """State the just cause (正当理由) of a missed limit."""
        values = self.read(request)
        return self._shown(explain_obligation(self.get_object(), actor=self.actor, **values))

    def _shown(self, row: Obligation) -> Response:
        """The clock after the deed, with its standing."""
        return self.show(self.get_queryset().get(pk=row.pk))


class ClockView(ApiView):
    """The table of statutory clocks."""

    model = ClockLimit
    out = ClockOut
    into = {"limit": ClockLimitIn}
    examples = {"limit": CLOCK_LIMIT}
    pagination_class = WholeList

    def list(self, request: Request, **kwargs: Any) -> Response:
        """Every clock, with what counts here."""
        limits = {row.kind: row for row in ClockLimit.objects.all()}
        shown = [self._shown(clock, limits.get(clock.kind)) for clock in CLOCKS.values()]
        return Response({"items": self.out(shown, many=True).data})

    @action(detail=True, methods=["post"])
    def limit(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Set a local limit, at most the national one, for clocks to come."""
        if pk not in CLOCKS:
            raise NotFound()
        row = limit_clock(pk, actor=self.actor, **self.read(request))
        return self.show(self._shown(CLOCKS[pk], row))

    @staticmethod
    def _shown(clock: Clock, local: ClockLimit | None) -> dict[str, Any]:
        return {
            "kind": clock.kind,
            "article": clock.article,
            "duty": clock.duty,
            "is_statutory": clock.is_statutory,
            "national_workdays": clock.workdays,
            "extension": clock.extension,
            "workdays": local.workdays if local else clock.workdays,
            "basis": local.basis if local else "",
        }


class CalendarView(ApiView):
    """Workday calendars by year."""

    model = CalendarYear
    out = CalendarOut
    into = {"create": CalendarIn}
    examples = {"create": CALENDAR}

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The edition in force of a year."""
        if not (pk.isascii() and pk.isdigit() and len(pk) == 4):
            raise NotFound()
        row = CalendarYear.objects.filter(year=int(pk)).order_by("-edition").first()
        if row is None:
            raise NotFound()
        return self.show(row)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Put a year in force; provisional due dates become final."""
        body = self.read(request)
        days = {day["date"]: not day["isOffDay"] for day in body["days"]}
        if len(days) != len(body["days"]):
            raise CalendarInvalid("a day stands twice")
        row = load_calendar_year(body["year"], days, body["source"], actor=self.actor)
        return self.show(row, status=201)
