"""The trail in the portal: auditors search it, read it and prove it; nobody else finds it."""

import pytest

from accounts import audit
from accounts.actions.trail import seal_audit
from accounts.actor import CLOCK
from accounts.models import AuditEvent, EvidenceBlock
from tests.people import actor_for, member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(department):
    return browser_of(member_with(("auditor",), department))


@pytest.fixture
def deeds(department):
    who = actor_for(member_with(("steward",), department))
    audit.record(CLOCK, "department.changed", department, fields=["name"])
    for _ in range(2):
        audit.record(who, "resource.drafted", department)
    return who


def test_the_trail_is_found_by_who_and_by_what(auditor, deeds):
    assert "共 3 条" in text(auditor.get("/audit"))
    assert "共 2 条" in text(auditor.get("/audit", {"actor": deeds.name}))
    assert "共 2 条" in text(auditor.get("/audit", {"verb": "resource."}))
    assert "共 1 条" in text(auditor.get("/audit", {"kind": "clock"}))
    assert "共 0 条" in text(auditor.get("/audit", {"until": "2020-01-01"}))
    assert "共 3 条" in text(auditor.get("/audit", {"since": "2020-01-01", "actor": ""}))
    assert "共 3 条" in text(auditor.get("/audit", {"until": "9999-12-31"}))


def test_pages_go_by_key_both_ways(auditor, department):
    for _ in range(45):
        audit.record(CLOCK, "department.changed", department)
    keys = sorted(AuditEvent.objects.values_list("pk", flat=True), reverse=True)
    first = auditor.get("/audit", {"size": "20"})
    assert [row.pk for row in first.context["list"].page] == keys[:20]
    second = auditor.get("/audit" + first.context["list"].next_page)
    assert [row.pk for row in second.context["list"].page] == keys[20:40]
    back = auditor.get("/audit" + second.context["list"].previous_page)
    assert [row.pk for row in back.context["list"].page] == keys[:20]
    last = auditor.get("/audit" + second.context["list"].next_page)
    assert last.context["list"].next_page == ""


def test_the_filter_is_saved_as_a_file(auditor, deeds):
    answer = auditor.get("/audit", {"verb": "resource.", "as": "csv"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert "编制目录" in lines[1]


def test_an_entry_shows_its_place_in_the_chain(auditor, deeds):
    event = AuditEvent.objects.earliest("pk")
    assert "尚未封存" in text(auditor.get(f"/audit/{event.pk}"))
    seal_audit()
    page = text(auditor.get(f"/audit/{event.pk}"))
    assert EvidenceBlock.objects.get(ledger="trail").root in page
    assert auditor.get("/audit/999999999").status_code == 404


def test_verifying_says_what_was_found_and_keeps_it(auditor, deeds):
    seal_audit()
    assert auditor.post("/audit/verification")["Location"] == "/audit/verification"
    page = text(auditor.get("/audit/verification"))
    assert "证据完好" in page
    assert AuditEvent.objects.filter(verb="trail.verified").count() == 1


@pytest.mark.parametrize("address", ["/audit", "/audit/1", "/audit/verification"])
def test_others_do_not_see_the_trail(department, address):
    browser = browser_of(member_with(("authority",), department))
    assert browser.get(address).status_code == 403


def test_a_page_of_the_trail_needs_as_many_queries_for_many_entries(
    auditor, department, django_assert_max_num_queries
):
    for _ in range(60):
        audit.record(CLOCK, "department.changed", department)
    with django_assert_max_num_queries(14):
        auditor.get("/audit")
