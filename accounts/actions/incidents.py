"""The register of security incidents: what was found, to whom it was reported in time, its end.

Order 809 Art. 35 wants incidents reported "by the rules"; from the severity 较大 on the rules
(国家网络安全事件报告管理办法) count hours from the discovery: INCIDENT_REPORT_HOURS.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.errors import NotReported
from accounts.models import Incident
from accounts.permissions import Perm
from accounts.policy import require
from accounts.states import INCIDENT
from accounts.vocabulary import Severity
from kernel.errors import Invalid


@transaction.atomic
def record_incident(
    *, actor: Actor, title: str, description: str, severity: str, found_at: datetime
) -> Incident:
    """Enter what was found; from ``found_at`` on the time to report it runs."""
    require(actor, Perm.INCIDENT_RECORD)
    _check_past("found_at", found_at)
    row = Incident.objects.create(
        title=title,
        description=description,
        severity=severity,
        found_at=found_at,
        report_by=_report_by(severity, found_at),
        recorded_by=actor.id,  # type: ignore[misc]
    )
    audit.record(actor, "incident.recorded", row, severity=severity, found_at=found_at.isoformat())
    return row


@transaction.atomic
def grade_incident(row: Incident, *, actor: Actor, severity: str, reason: str) -> Incident:
    """Judge it anew before it ends; the time to report runs from the discovery all the same."""
    require(actor, Perm.INCIDENT_RECORD)
    before = row.severity
    INCIDENT.move(row, "grade", severity=severity, report_by=_report_by(severity, row.found_at))
    audit.record(actor, "incident.graded", row, before=before, severity=severity, reason=reason)
    return row


@transaction.atomic
def report_incident(
    row: Incident,
    *,
    actor: Actor,
    reported_to: str,
    reported_at: datetime | None = None,
    document: str = "",
) -> Incident:
    """Note to whom it was reported and when; too late stays visible."""
    require(actor, Perm.INCIDENT_RECORD)
    at = reported_at or timezone.now()
    _check_past("reported_at", at)
    if at < row.found_at:
        raise Invalid.field("reported_at", "is before the incident was found", "too-early")
    INCIDENT.move(row, "report", reported_to=reported_to, reported_at=at, document=document)
    audit.record(
        actor,
        "incident.reported",
        row,
        reported_to=reported_to,
        reported_at=at.isoformat(),
        document=document,
        is_late=row.is_late,
    )
    return row


@transaction.atomic
def close_incident(row: Incident, *, actor: Actor, measures: str) -> Incident:
    """End it with what was done; one that has to be reported is reported first."""
    require(actor, Perm.INCIDENT_RECORD)
    if row.report_by is not None and row.state == "found":
        raise NotReported()
    INCIDENT.move(row, "close", measures=measures, closed_at=timezone.now(), closed_by=actor.id)
    audit.record(actor, "incident.closed", row, measures=measures)
    return row


def _report_by(severity: str, found_at: datetime) -> datetime | None:
    if severity == Severity.GENERAL:
        return None
    return found_at + timedelta(hours=settings.INCIDENT_REPORT_HOURS)


def _check_past(name: str, at: datetime) -> None:
    if at > timezone.now():
        raise Invalid.field(name, "must not be to come: record what has been", "too-late")
