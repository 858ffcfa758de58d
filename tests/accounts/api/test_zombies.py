"""Verdicts, rules and scans over the API."""

import pytest
from django.utils import timezone

from accounts import tasks
from accounts.models import AuditEvent, RuleSet, Verdict
from tests.factories.accounts import SystemFactory
from tests.factories.scans import tell

VERDICTS, RULES, SCANS = "/api/v1/verdicts", "/api/v1/rules", "/api/v1/scans"


@pytest.fixture
def judged(department):
    """A zombie of the department, and a silent system of another one."""
    zombie, other = SystemFactory(department=department), SystemFactory()
    for kind in ("login", "transaction"):
        tell(zombie, kind, timezone.localdate(), 0)
    tasks.scan_systems()
    return zombie, other


def test_a_department_sees_its_own_verdicts(api, member_of, department, judged):
    items = api(member_of("head", department)).get(VERDICTS).json()["items"]
    assert [item["system"] for item in items] == [str(judged[0].pk)]
    item = items[0]
    assert (item["level"], item["edition"]) == ("suspected", 1)
    assert [one["criterion"] for one in item["findings"]] == ["Z1", "Z2", "Z3", "Z4", "Z5"]
    assert item["findings"][4]["title"] == "使用范围小、频度低"
    assert item["findings"][4]["zh"] == "近12个月登录 0 次，上年同期 0 次。"
    assert item["findings"][2]["missing"] == ["cpu_percent", "storage_gb"]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", 2),
        ("?level=suspected", 1),
        ("?level=unknown", 1),
        ("?criterion=Z5", 1),
        ("?criterion=Z2", 0),
        ("?level=unknown&criterion=Z5", 0),
    ],
)
def test_the_authority_sees_all_and_asks_by_level_and_criterion(
    api, member_of, judged, asked, count
):
    assert len(api(member_of("authority")).get(VERDICTS + asked).json()["items"]) == count


def test_verdicts_are_asked_by_department(api, member_of, department, judged):
    found = api(member_of("auditor")).get(f"{VERDICTS}?department={department.pk}").json()["items"]
    assert [item["system"] for item in found] == [str(judged[0].pk)]


@pytest.mark.parametrize("asked", ["?level=dead", "?criterion=Z9"])
def test_a_word_that_is_none_is_refused(api, member_of, judged, assert_problem, asked):
    assert_problem(api(member_of("authority")).get(VERDICTS + asked), 422, "invalid")


def test_the_verdict_of_a_system_stands_below_it(
    api, member_of, department, judged, assert_problem
):
    zombie, other = judged
    client = api(member_of("steward", department))
    assert client.get(f"/api/v1/systems/{zombie.pk}/verdict").json()["level"] == "suspected"
    assert_problem(client.get(f"/api/v1/systems/{other.pk}/verdict"), 404, "not-found")
    assert_problem(client.get("/api/v1/systems/none/verdict"), 404, "not-found")


@pytest.mark.parametrize("role", ["authority", "business_operator"])
def test_the_authoritys_desk_asks_for_a_scan(api, member_of, role):
    answer = api(member_of(role)).post(SCANS)
    assert (answer.status_code, answer.json()) == (202, {"state": "requested"})
    assert AuditEvent.objects.filter(verb="scan.requested").count() == 1


@pytest.mark.parametrize("role", ["department_admin", "auditor", "operator", "steward"])
def test_nobody_else_asks_for_a_scan(api, member_of, assert_problem, role):
    assert_problem(api(member_of(role)).post(SCANS), 403, "forbidden")
    assert not AuditEvent.objects.exists()
    assert not Verdict.objects.exists()


def test_the_authority_sets_rules_that_everybody_can_read(api, member_of):
    body = {"thresholds": {"rare_logins": 5}, "basis": "示例县清理办法第六条"}
    answer = api(member_of("authority")).post(RULES, body)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["edition"], made["thresholds"]["rare_logins"]) == (1, 5)
    assert made["thresholds"]["small_users"] == 5
    reader = api(member_of("steward"))
    assert [item["edition"] for item in reader.get(RULES).json()["items"]] == [1]
    assert reader.get(f"{RULES}/{made['id']}").json() == made


def test_thresholds_are_refused_by_name(api, member_of, assert_problem):
    body = {"thresholds": {"rare_logins": 0, "colour": 1}, "basis": "x"}
    problem = assert_problem(api(member_of("authority")).post(RULES, body), 422, "invalid")
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("#/thresholds/rare_logins", "out-of-range"),
        ("#/thresholds/colour", "unknown-field"),
    ]
    assert not RuleSet.objects.exists()


@pytest.mark.parametrize("role", ["department_admin", "business_operator", "operator"])
def test_nobody_else_sets_rules(api, member_of, assert_problem, role):
    body = {"thresholds": {}, "basis": "x"}
    assert_problem(api(member_of(role)).post(RULES, body), 403, "forbidden")
    assert not RuleSet.objects.exists()
