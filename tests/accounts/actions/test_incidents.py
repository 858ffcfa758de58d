"""Security incidents: recorded, reported within the hours, closed with what was done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.incidents import (
    close_incident,
    grade_incident,
    record_incident,
    report_incident,
)
from accounts.errors import NotReported
from accounts.models import AuditEvent, Incident
from kernel.errors import Forbidden, IllegalMove, Invalid
from tests.factories.accounts import IncidentFactory

pytestmark = pytest.mark.django_db
FOUND = {"title": "凭证外泄", "description": "出现在日志中"}


@pytest.fixture
def security(actor_of):
    return actor_of("security_admin")


def recorded(actor, severity="larger", hours=1):
    found_at = timezone.now() - timedelta(hours=hours)
    return record_incident(actor=actor, severity=severity, found_at=found_at, **FOUND)


def verbs():
    return list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))


def test_from_the_second_severity_on_the_hours_to_report_run_from_the_discovery(security, settings):
    settings.INCIDENT_REPORT_HOURS = 4
    row = recorded(security)
    assert row.report_by == row.found_at + timedelta(hours=4)
    assert (row.state, row.is_late) == ("found", False)
    assert recorded(security, "general").report_by is None


def test_one_that_has_to_be_reported_is_not_closed_before(security):
    row = recorded(security)
    with pytest.raises(NotReported):
        close_incident(row, actor=security, measures="已更换凭证")
    row.refresh_from_db()
    assert (row.state, row.measures) == ("found", "")
    report_incident(row, actor=security, reported_to="省委网信办", document="3号")
    close_incident(row, actor=security, measures="已更换凭证")
    assert (row.state, row.closed_by, row.is_late) == ("closed", security.id, False)
    assert verbs() == ["incident.recorded", "incident.reported", "incident.closed"]


def test_a_late_report_stays_visible(security, settings):
    settings.INCIDENT_REPORT_HOURS = 4
    row = recorded(security, hours=5)
    assert row.is_late
    report_incident(row, actor=security, reported_to="省委网信办")
    assert row.is_late
    assert AuditEvent.objects.latest("id").detail["is_late"] is True
    in_time = recorded(security, hours=5)
    at = in_time.found_at + timedelta(hours=3)
    report_incident(in_time, actor=security, reported_to="省委网信办", reported_at=at)
    assert not in_time.is_late


def test_a_graver_judgement_brings_the_hours(security):
    row = recorded(security, "general")
    grade_incident(row, actor=security, severity="major", reason="涉及个人信息")
    assert row.report_by is not None
    assert AuditEvent.objects.latest("id").detail["before"] == "general"
    report_incident(row, actor=security, reported_to="省委网信办")
    with pytest.raises(IllegalMove):
        grade_incident(row, actor=security, severity="general", reason="误判")
    row.refresh_from_db()
    assert row.severity == "major"


def test_what_is_to_come_is_not_recorded(security):
    with pytest.raises(Invalid):
        recorded(security, hours=-1)
    row = IncidentFactory()
    for at in (timezone.now() + timedelta(hours=1), row.found_at - timedelta(hours=1)):
        with pytest.raises(Invalid):
            report_incident(row, actor=security, reported_to="省委网信办", reported_at=at)
    assert Incident.objects.get().state == "found"
    assert verbs() == []


@pytest.mark.parametrize("role", ["auditor", "operator", "authority", "department_admin"])
def test_only_the_security_administrator_keeps_the_register(actor_of, role):
    actor, row = actor_of(role), IncidentFactory()
    with pytest.raises(Forbidden):
        recorded(actor)
    for deed, said in (
        (grade_incident, {"severity": "major", "reason": "重"}),
        (report_incident, {"reported_to": "省委网信办"}),
        (close_incident, {"measures": "无"}),
    ):
        with pytest.raises(Forbidden):
            deed(row, actor=actor, **said)
    assert Incident.objects.get().state == "found"
    assert verbs() == []
