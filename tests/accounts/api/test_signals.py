"""Facts over the API: bodies in four formats, heartbeats, daily numbers, and who may."""

import pytest

from accounts.api import bodies
from accounts.models import SignalFact
from tests.factories.accounts import SystemFactory
from tests.factories.signals import counts, csv_text, day, fact, known_days, ndjson

SIGNALS, NDJSON = "/api/v1/signals", "application/x-ndjson"


@pytest.fixture
def system(department):
    return SystemFactory(department=department, code="MZ-07")


@pytest.fixture
def admin(api, member_of, department):
    return api(member_of("department_admin", department))


def post(client, data, media=NDJSON, query=""):
    return client.generic("POST", SIGNALS + query, data, content_type=media)


def test_a_body_is_answered_with_its_account(admin, system):
    answer = post(admin, ndjson([fact(system), fact(system), fact(system, number=-1)]))
    assert answer.status_code == 200
    assert answer.json() == {
        "received": 3,
        "accepted": 2,
        "new": 1,
        "repeated": 1,
        "rejected": 1,
        "dry_run": False,
        "errors": [
            {
                "line": 3,
                "column": "number",
                "code": "number-negative",
                "detail": "must be zero or more",
            }
        ],
    }
    assert known_days(system) == {day(1): 5}


def test_atomic_and_dry_run_are_parameters(admin, system, assert_problem):
    body = ndjson([fact(system), fact(system, number=-1)])
    dry = post(admin, body, query="?dry_run=true").json()
    assert (dry["dry_run"], dry["new"], dry["rejected"]) == (True, 1, 1)
    problem = assert_problem(post(admin, body, query="?mode=atomic"), 422, "signals-refused")
    assert (problem["received"], problem["accepted"], problem["rejected"]) == (2, 1, 1)
    assert problem["errors"][0]["line"] == 2
    assert_problem(post(admin, body, query="?mode=all"), 422, "invalid")
    assert_problem(post(admin, body, query="?dry_run=1"), 422, "invalid")
    assert counts() == (0, 0)


def test_csv_names_its_charset(admin, system, assert_problem):
    body = csv_text([{"系统编码": "MZ-07", "指标": "登录次数", "时间": day(1), "数值": 12}])
    assert post(admin, body.encode("gb18030"), "text/csv; charset=GB18030").json()["new"] == 1
    assert post(admin, body.encode(), "text/csv; charset=utf-8").json()["repeated"] == 1
    wrong = post(admin, body.encode("gb18030"), "text/csv")
    assert_problem(wrong, 400, "signals-unreadable")
    assert_problem(post(admin, body.encode(), "text/csv; charset=big5"), 400, "signals-unreadable")
    assert known_days(system) == {day(1): 12}


@pytest.mark.parametrize(
    "header", ["system,kind,at", "system,kind,at,number,colour", "system,kind,at,number,kind"]
)
def test_a_header_that_is_none_of_facts_is_refused(admin, assert_problem, header):
    answer = post(admin, f"{header}\n1,2,3\n".encode(), "text/csv")
    assert_problem(answer, 400, "signals-unreadable")
    assert counts() == (0, 0)


def test_one_fact_is_one_json_object(admin, system, assert_problem):
    told = fact(system, reference="r1")
    assert admin.post(SIGNALS, told).json()["new"] == 1
    assert admin.post(SIGNALS, told).json()["repeated"] == 1
    assert_problem(admin.post(SIGNALS, told | {"number": 6}), 422, "signals-refused")
    assert_problem(admin.post(SIGNALS, told | {"at": "2026-02-30"}), 422, "invalid")
    assert_problem(admin.post(SIGNALS, told | {"kind": "logon"}), 422, "invalid")
    assert_problem(admin.post(SIGNALS, told | {"colour": "red"}), 422, "invalid")
    other = admin.post(SIGNALS, fact(SystemFactory()))
    assert_problem(other, 404, "not-found")
    dry = admin.post(f"{SIGNALS}?dry_run=true", told | {"reference": "r2"})
    assert (dry.json()["new"], SignalFact.objects.count()) == (1, 1)
    assert known_days(system) == {day(1): 5}


def test_a_system_tells_of_itself_without_naming_itself(api, system):
    client = api(system)
    body = {"kind": "login", "at": day(1), "number": 3}
    assert client.post(SIGNALS, body).json()["new"] == 1
    assert post(client, ndjson([body, fact(system, 2)])).json()["repeated"] == 1
    assert known_days(system) == {day(1): 3, day(2): 5}


def test_bodies_are_bounded(admin, system, monkeypatch, assert_problem):
    monkeypatch.setattr(bodies, "MOST_BYTES", 100)
    assert_problem(post(admin, ndjson([fact(system)] * 2)), 413, "signals-too-many")
    assert_problem(post(admin, b""), 400, "signals-unreadable")
    assert_problem(post(admin, b"x", "text/plain"), 415, "unsupported-media-type")
    assert counts() == (0, 0)


def test_a_heartbeat_is_counted_for_ones_own_system(api, system, assert_problem):
    client = api(system)
    for _ in range(2):
        assert client.post(f"/api/v1/systems/{system.pk}/heartbeat").status_code == 204
    assert known_days(system, "heartbeat") == {day(0): 2}
    other = SystemFactory(department=system.department)
    assert_problem(client.post(f"/api/v1/systems/{other.pk}/heartbeat"), 404, "not-found")
    assert not known_days(other, "heartbeat")


def test_the_daily_numbers_are_read_by_kind_and_days(api, admin, system, member_of):
    lines = [fact(system, ago, number=ago) for ago in (1, 5, 100)]
    post(admin, ndjson([*lines, fact(system, 1, kind="cpu_percent", number=3.5)]))
    address = f"/api/v1/systems/{system.pk}/signals"
    assert api(member_of("auditor")).get(address).json() == {
        "system": str(system.pk),
        "first": day(89),
        "last": day(0),
        "series": [
            {"kind": "cpu_percent", "days": [{"day": day(1), "number": 3.5}]},
            {
                "kind": "login",
                "days": [{"day": day(5), "number": 5.0}, {"day": day(1), "number": 1.0}],
            },
        ],
    }
    ranged = api(system).get(f"{address}?kind=login&from={day(200)}&to={day(5)}").json()
    assert [found["day"] for found in ranged["series"][0]["days"]] == [day(100), day(5)]


@pytest.mark.parametrize(
    "query",
    [
        "kind=logon",
        "from=yesterday",
        "from=2026-02-30",
        "from=2020-01-01",
        "to=2020-01-01&from=2026-01-01",
    ],
)
def test_a_range_that_is_none_is_refused(admin, system, assert_problem, query):
    assert_problem(admin.get(f"/api/v1/systems/{system.pk}/signals?{query}"), 422, "invalid")


def test_another_department_neither_tells_nor_reads(api, member_of, system, assert_problem):
    other = api(member_of("department_admin"))
    assert post(other, ndjson([fact(system)])).json()["rejected"] == 1
    address = f"/api/v1/systems/{system.pk}"
    assert_problem(other.get(f"{address}/signals"), 404, "not-found")
    assert_problem(other.post(f"{address}/heartbeat"), 404, "not-found")
    assert counts() == (0, 0)


@pytest.mark.parametrize("role", ["auditor", "operator", "business_operator"])
def test_who_only_watches_tells_nothing(api, member_of, system, assert_problem, role):
    client = api(member_of(role))
    assert_problem(post(client, ndjson([fact(system)])), 403, "forbidden")
    heartbeat = client.post(f"/api/v1/systems/{system.pk}/heartbeat")
    assert_problem(heartbeat, 403, "forbidden")
    assert counts() == (0, 0)
