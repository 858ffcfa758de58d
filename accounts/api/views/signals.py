"""Doors to facts about systems: told in bulk or singly, heartbeats, daily numbers."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.signals import Mode, Told, record_heartbeat, record_signal, record_signals
from accounts.api.bodies import FORMATS, CSVFacts, NDJSONFacts, WorkbookFacts, facts_body
from accounts.api.examples import SIGNALS
from accounts.api.serializers.signals import DailyOut, SignalIn, ToldOut
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from accounts.signals.days import daily_series
from accounts.vocabulary import SignalKind
from kernel.api import ApiView, In
from kernel.days import read_day
from kernel.errors import Invalid
from kernel.parameters import flag_of, one_of
from kernel.parsers import StrictJSONParser

USUAL_DAYS, MOST_DAYS = 90, 800


class SignalView(ApiView):
    """Facts about systems, as they are told."""

    model = InformationSystem
    out = ToldOut
    into = {"create": SignalIn}
    answers = {"create": {200: ToldOut}}
    bodies = {
        "create": {"application/json": SignalIn, **dict.fromkeys(FORMATS, OpenApiTypes.BINARY)}
    }
    parser_classes = [StrictJSONParser, NDJSONFacts, CSVFacts, WorkbookFacts]
    parameters = ("mode", "dry_run")
    # A reference makes each fact's repetition harmless, and bodies are too large to be hashed.
    own_idempotency = True
    examples = {"create": SIGNALS}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Tell one fact (JSON) or up to 500,000 (NDJSON, CSV in Chinese or English, XLSX).

        A line has system or system_code, kind, at, number, and may have source and reference.
        ``mode=partial`` (default) stores the good lines, ``atomic`` all or none;
        ``dry_run=true`` stores nothing. Telling a fact again changes nothing.
        """
        mode: Mode = one_of(request, "mode", "partial", "atomic")
        dry_run = bool(flag_of(request, "dry_run"))
        if request.content_type.partition(";")[0].strip() == StrictJSONParser.media_type:
            told = self._single(request, dry_run=dry_run)
        else:
            # Before the body: who may not tell does not fill the disk either.
            require(self.actor, Perm.SIGNAL_RECORD)
            with facts_body(request) as body:
                told = record_signals(
                    body.path,
                    actor=self.actor,
                    format=body.format,
                    encoding=body.encoding,
                    mode=mode,
                    dry_run=dry_run,
                )
        return self._receipt(told, dry_run=dry_run)

    def _single(self, request: Request, *, dry_run: bool) -> Told:
        values = self.read(request)
        own = self.actor.id if self.actor.kind == "system" else None
        system = values.pop("system", own)
        if system is None:
            raise Invalid.field("system", "name the system", "required")
        return record_signal(system, actor=self.actor, dry_run=dry_run, **values)

    def _receipt(self, told: Told, *, dry_run: bool) -> Response:
        return Response(
            {
                "received": told.received,
                "accepted": told.accepted,
                "new": told.new,
                "repeated": told.repeated,
                "rejected": told.rejected,
                "dry_run": dry_run,
                "errors": told.errors,
            }
        )


class SystemSignalView(ApiView):
    """What is known of one system by day, and its signs of life."""

    model = InformationSystem
    out = DailyOut
    into = {"heartbeat": In}
    answers = {"heartbeat": {204: None}}
    own_idempotency = True

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """What the addresses take."""
        return ("kind", "from", "to") if self.action == "retrieve" else ()

    def get_queryset(self) -> Any:
        """The systems that the actor may see; a system its own."""
        rows = InformationSystem.objects
        return rows.visible_to(self.actor) | rows.tellable_by(self.actor)

    def heartbeat(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The system lives: one cheap call, as often as once a minute."""
        self.read(request)
        record_heartbeat(self.get_object(), actor=self.actor)
        return Response(status=204)

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The daily numbers from ``from`` to ``to`` (the last 90 days), of one kind or all."""
        system = self.get_object()
        last = self._day("to", timezone.localdate())
        first = self._day("from", last - timedelta(days=USUAL_DAYS - 1))
        if not 0 <= (last - first).days < MOST_DAYS:
            raise Invalid.field("from", f"must lie at most {MOST_DAYS} days before to")
        kind = request.query_params.get("kind")
        if kind is not None and kind not in SignalKind.values:
            raise Invalid.field("kind", f"must be one of: {', '.join(SignalKind.values)}")
        series = [
            {"kind": found, "days": [{"day": day, "number": number} for day, number in days]}
            for found, days in daily_series(system.pk, first, last, kind).items()
        ]
        return Response({"system": system.pk, "first": first, "last": last, "series": series})

    def _day(self, name: str, usual: date) -> date:
        raw = self.request.query_params.get(name)
        if raw is None:
            return usual
        day = read_day(raw)
        if day is None:
            raise Invalid.field(name, "must be a day like 2026-01-31")
        return day
