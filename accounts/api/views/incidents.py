"""The door to the register of security incidents."""

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.incidents import (
    close_incident,
    grade_incident,
    record_incident,
    report_incident,
)
from accounts.api.examples_incidents import INCIDENTS
from accounts.api.serializers.incidents import (
    ClosingIn,
    GradingIn,
    IncidentIn,
    IncidentOut,
    ReportIn,
)
from accounts.models import Incident
from kernel.api import ReadView


class IncidentView(ReadView):
    """Security incidents (网络安全事件): found, reported in time, closed with what was done."""

    model = Incident
    out = IncidentOut
    into = {"create": IncidentIn, "grade": GradingIn, "report": ReportIn, "close": ClosingIn}
    filters = {"state": "state", "severity": "severity"}
    examples = INCIDENTS

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Enter what was found."""
        return self.show(record_incident(actor=self.actor, **self.read(request)), status=201)

    @action(detail=True, methods=["post"])
    def grade(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Judge its severity anew."""
        return self.show(grade_incident(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Note to whom it was reported."""
        return self.show(report_incident(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """End it with what was done."""
        return self.show(close_incident(self.get_object(), actor=self.actor, **self.read(request)))
