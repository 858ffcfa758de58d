"""The register of security incidents: the list, an incident with its steps, entering one."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.incidents import (
    close_incident,
    grade_incident,
    record_incident,
    report_incident,
)
from accounts.actor import Actor
from accounts.models import Incident
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.form_pages import written
from accounts.portal.forms import PortalForm, ReasonForm
from accounts.portal.listing import list_page, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from accounts.states import INCIDENT
from kernel import cells
from kernel.lists import Column, Filter, List
from kernel.pages import page
from kernel.rows import fetch

_LONG = forms.Textarea(attrs={"rows": 5})


class MomentField(forms.DateTimeField):
    """A moment as browsers let it be chosen."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class IncidentForm(PortalForm):
    """What was found."""

    title = forms.CharField(label=_("In one line"), max_length=120)
    found_at = MomentField(
        label=_("Found at"), help_text=_("From then on the time to report it runs.")
    )
    severity = forms.ChoiceField(label=_("Severity"), choices=list(words.SEVERITIES.items()))
    description = forms.CharField(
        label=_("Course of the incident"),
        max_length=4000,
        widget=_LONG,
        help_text=_("Systems, data and people concerned; no values of records."),
    )

    def prepare(self) -> None:
        """Found just now, unless said otherwise."""
        self.initial["found_at"] = timezone.localtime().replace(second=0, microsecond=0)


class GradeForm(ReasonForm):
    """Another severity, and why."""

    severity = forms.ChoiceField(label=_("Severity"), choices=list(words.SEVERITIES.items()))
    field_order = ("severity", "reason")

    def prepare(self) -> None:
        """As it is judged now."""
        self.initial["severity"] = self.row.severity


class ReportForm(PortalForm):
    """To whom, when, under which number."""

    reported_to = forms.CharField(label=_("Reported to"), max_length=120)
    reported_at = MomentField(label=_("Reported at"))
    document = forms.CharField(label=_("Number of the report"), max_length=120, required=False)

    def prepare(self) -> None:
        """Reported just now, unless said otherwise."""
        self.initial["reported_at"] = timezone.localtime().replace(second=0, microsecond=0)


class CloseForm(PortalForm):
    """What was done."""

    measures = forms.CharField(
        label=_("What was done, and what keeps it from happening again"),
        max_length=4000,
        widget=_LONG,
    )


_PERMS = (Perm.INCIDENT_RECORD,)
STEPS = {
    "report": Step(
        report_incident, ReportForm, _PERMS, _("Note the report"), _("The report is noted.")
    ),
    "close": Step(
        close_incident, CloseForm, _PERMS, _("Close the incident"), _("The incident is closed.")
    ),
    "grade": Step(
        grade_incident, GradeForm, _PERMS, _("Judge it anew"), _("The severity is changed.")
    ),
}


class IncidentList(List):
    """All incidents, the newest first."""

    title = _("Security incidents")
    lead = _("How grave each is, by when it has to be reported, and what was done.")
    nothing = _("No security incident is recorded.")
    search = ("title__icontains",)
    search_title = _("In one line")
    order = ("-found_at", "-pk")
    filters = (
        Filter(
            "state",
            _("State"),
            lambda actor: [(name, text) for name, (text, _tone) in words.INCIDENT_STATES.items()],
            "state",
        ),
        Filter("severity", _("Severity"), lambda actor: words.SEVERITIES.items(), "severity"),
    )
    columns = (
        Column("title", _("Incident"), lambda row: row.title, cells.linked("incident"), width=36),
        Column(
            "severity",
            _("Severity"),
            lambda row: words.SEVERITIES[row.severity],
            sort=("severity",),
        ),
        Column(
            "state",
            _("State"),
            lambda row: words.INCIDENT_STATES[row.state][0],
            lambda row, text: cells.toned(text, words.INCIDENT_STATES[row.state][1]),
            ("state",),
        ),
        Column("found_at", _("Found at"), lambda row: row.found_at, cells.moment, ("found_at",)),
        Column(
            "report_by",
            _("To be reported by"),
            lambda row: row.report_by,
            cells.moment,
            ("report_by",),
        ),
        Column(
            "reported_at",
            _("Reported at"),
            lambda row: row.reported_at,
            cells.moment,
            ("reported_at",),
        ),
    )

    def rows(self) -> Any:
        """What the actor may see."""
        return Incident.objects.visible_to(self.actor)

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Recording one."""
        records = may(self.actor, Perm.INCIDENT_RECORD)
        return [(reverse("incident-record"), _("Record an incident"))] if records else []


@require_safe
@signed_in
def incident_list(request: HttpRequest) -> HttpResponseBase:
    """All incidents, the newest first."""
    reader(request, Perm.INCIDENT_VIEW)
    return list_page(request, IncidentList)


@require_safe
@signed_in
def incident_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One incident and its steps."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def incident_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="incident", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def incident_record(request: HttpRequest) -> HttpResponse:
    """Record an incident."""
    actor = reader(request, Perm.INCIDENT_RECORD)
    form = IncidentForm.of(None, actor, request)
    return written(
        request,
        form,
        lambda: record_incident(actor=actor, **form.values),
        done=_("The incident is recorded."),
        to=lambda made: reverse("incident", args=[made.pk]),
        title=_("Record an incident"),
        back=reverse("incidents"),
    )


def _found(request: HttpRequest, pk: UUID) -> Incident:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return fetch(Incident.objects.visible_to(actor), pk)


def _shown(request: HttpRequest, row: Incident, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    text, tone = words.INCIDENT_STATES[row.state]
    context = {
        "incident": row,
        "state": text,
        "tone": tone,
        "severity": words.SEVERITIES[row.severity],
        **sent.context(row, actor, STEPS, lambda name: INCIDENT.allows(row.state, name)),
    }
    return page(request, "accounts/incident.html", context, status=sent.status)
