"""Doors to verdicts, the rules behind them, and scans."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.cases import open_case
from accounts.actions.rules import set_rules
from accounts.actions.scans import request_scan
from accounts.api.examples_zombies import RULES, SCAN
from accounts.api.serializers.cases import CaseOut
from accounts.api.serializers.zombies import RulesIn, RulesOut, ScanOut, VerdictOut
from accounts.models import RuleSet, Verdict
from accounts.vocabulary import Criterion, Level
from kernel.api import ApiView, In, ReadView
from kernel.errors import Invalid, NotFound


class VerdictView(ReadView):
    """What the five criteria of 39号 say of the systems that run."""

    model = Verdict
    out = VerdictOut
    filters = {
        "level": "level",
        "department": "department_id",
        "system": "system_id",
        "criterion": "",
    }
    related = ("system", "rules")
    into = {"open_case": In}
    answers = {"open_case": {201: CaseOut}}

    def filter_queryset(self, queryset: Any) -> Any:
        """``criterion=Z2``: the systems that are suspected by it."""
        rows = super().filter_queryset(queryset)
        level = self.request.query_params.get("level")
        if level is not None and level not in Level.values:
            raise Invalid.field("level", f"must be one of: {', '.join(Level.values)}")
        criterion = self.request.query_params.get("criterion")
        if criterion is None:
            return rows
        if criterion not in Criterion.values:
            raise Invalid.field("criterion", f"must be one of: {', '.join(Criterion.values)}")
        return rows.filter(**{f"findings__{criterion}__level": Level.SUSPECTED})

    @action(detail=True, methods=["post"], url_path="open-case")
    def open_case(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Open a case on the verdict, where the scan opened none: an exemption has ended since."""
        self.read(request)
        case = open_case(self.get_object(), actor=self.actor)
        return Response(self.shapes([case], CaseOut)[0], status=201)


class SystemVerdictView(ApiView):
    """The verdict on one system."""

    model = Verdict
    out = VerdictOut
    related = ("system", "rules")

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """What is said of it now; 404 before it was judged for the first time."""
        try:
            row = self.get_queryset().get(system_id=pk)
        except (Verdict.DoesNotExist, ValueError, ValidationError) as absent:
            raise NotFound() from absent
        return self.show(row)


class RulesView(ReadView):
    """The editions of the thresholds; the newest one is in force."""

    model = RuleSet
    out = RulesOut
    into = {"create": RulesIn}
    examples = {"create": RULES}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Put a new edition in force; all systems are judged anew by the following scan."""
        return self.show(set_rules(**self.read(request), actor=self.actor), status=201)


class ScanView(ApiView):
    """Scans of all systems whose evidence changed; the timetable asks for one every ten minutes."""

    model = RuleSet
    out = ScanOut
    into = {"create": In}
    examples = {"create": SCAN}
    answers = {"create": {202: ScanOut}}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Ask a worker for a scan now."""
        self.read(request)
        request_scan(actor=self.actor)
        return Response({"state": "requested"}, status=202)
