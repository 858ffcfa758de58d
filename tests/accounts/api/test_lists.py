"""Saved lists and the state of the trail over the API: as in the portal."""

import pytest

from accounts import audit
from accounts.actions.trail import seal_audit
from accounts.actor import CLOCK

pytestmark = pytest.mark.django_db
TRIAL = {"address": "/systems", "title": "试运行", "state": "state=trial"}


def test_a_list_is_saved_found_and_removed(api, member_of, assert_problem):
    client = api(member_of("steward"))
    made = client.post("/api/v1/saved-lists", TRIAL)
    assert made.status_code == 201
    body = client.get("/api/v1/saved-lists", {"address": "/systems"}).json()
    assert [one["title"] for one in body["items"]] == ["试运行"]
    assert_problem(client.post("/api/v1/saved-lists", TRIAL), 409, "list-title-taken")
    gone = client.delete(
        f"/api/v1/saved-lists/{made.json()['id']}", headers={"If-Match": made["ETag"]}
    )
    assert gone.status_code == 204
    assert client.get("/api/v1/saved-lists").json()["items"] == []


def test_the_auditor_verifies_the_trail_and_reads_its_status(api, member_of, department):
    audit.record(CLOCK, "department.changed", department)
    seal_audit()
    client = api(member_of("auditor"))
    assert client.get("/api/v1/audit-events/status").json()["verified"] is None
    verdict = client.post("/api/v1/audit-events/verify").json()
    assert (verdict["ok"], verdict["entries"], verdict["first_bad"]) == (True, 1, None)
    status = client.get("/api/v1/audit-events/status").json()
    assert (status["checkpoint_agrees"], status["verified"]["ok"]) == (True, True)
