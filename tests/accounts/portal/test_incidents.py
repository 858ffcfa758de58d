"""The register of security incidents in the portal."""

import pytest
from django.utils import timezone

from accounts.models import Incident
from tests.factories.accounts import IncidentFactory
from tests.portal import text

pytestmark = pytest.mark.django_db
FOUND = {"title": "凭证外泄", "description": "出现在日志中", "severity": "larger"}


def test_the_security_administrator_records_reports_and_closes_one(visitor):
    security = visitor("security_admin")
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    answer = security.post("/incidents/record", {**FOUND, "found_at": now})
    row = Incident.objects.get()
    assert answer["Location"] == f"/incidents/{row.pk}"
    assert "凭证外泄" in text(security.get("/incidents"))
    page = text(security.get(f"/incidents/{row.pk}"))
    assert "报告期限" in page
    steps = f"/incidents/{row.pk}/steps"
    refused = security.post(f"{steps}/close", {"measures": "已更换凭证"})
    assert refused.status_code == 409
    assert "该事件须先报告，才能关闭" in text(refused)
    told = {"reported_to": "省委网信办", "reported_at": f"{timezone.localtime():%Y-%m-%dT%H:%M:%S}"}
    assert security.post(f"{steps}/report", told).status_code == 302
    assert security.post(f"{steps}/close", {"measures": "已更换凭证"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.measures) == ("closed", "已更换凭证")
    assert "/steps/" not in text(security.get(f"/incidents/{row.pk}"))


def test_what_is_missing_is_said_and_nothing_typed_is_lost(visitor):
    answer = visitor("security_admin").post("/incidents/record", {**FOUND, "found_at": ""})
    assert answer.status_code == 422
    assert 'value="凭证外泄"' in text(answer)
    assert not Incident.objects.exists()


def test_the_auditor_reads_and_others_find_nothing(visitor):
    row = IncidentFactory()
    auditor = visitor("auditor")
    assert row.title in text(auditor.get(f"/incidents/{row.pk}"))
    assert 'method="post"' not in text(auditor.get(f"/incidents/{row.pk}")).split("<main")[1]
    assert auditor.post(f"/incidents/{row.pk}/steps/close", {"measures": "无"}).status_code == 403
    operator = visitor("operator")
    assert operator.get("/incidents").status_code == 403
    assert operator.get(f"/incidents/{row.pk}").status_code == 404
    row.refresh_from_db()
    assert row.state == "found"
