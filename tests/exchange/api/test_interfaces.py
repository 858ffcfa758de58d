"""Service interfaces over HTTP: who sees what, and whose fault a failed call is."""

import pytest

from exchange.models import Grant, ServiceInterface, UseEntry
from kernel.models import StoredAnswer
from tests.factories.exchange import PURPOSE, row, shown
from tests.factories.interfaces import CODE, register

ONE = row("110101", "东城区")
HEADERS = {"X-Purpose": PURPOSE, "X-End-User": "%E7%AA%97%E5%8F%A3", "X-Reason": "check"}
KEY = "k-7f31-never-shown"


@pytest.fixture
def interface(world, provider):
    provider.answer = {"data": {"rows": [ONE]}}
    return register(world, provider.url)


@pytest.fixture
def steward(world, api):
    return api(world.people["steward"])


@pytest.fixture
def reader(world, api):
    return api(world.reader)


def call(client, interface, parameters=None, **headers):
    return client.post(
        f"/api/v1/interfaces/{interface.pk}/call",
        {"parameters": {"code": "110101"} if parameters is None else parameters},
        headers=HEADERS | headers,
    )


def body_of(world, provider, **changes):
    return {
        "resource": str(world.resource.pk),
        "system": str(world.publisher.pk),
        "name": "行政区划查询",
        "method": "GET",
        "url": provider.url,
        "parameters": [CODE],
        "records_at": "/data/rows",
        "auth": {"kind": "header", "name": "X-Api-Key"},
        "secret": KEY,
        **changes,
    }


def test_registered_called_and_told_in_the_ledger(world, provider, steward, reader):
    provider.answer = {"data": {"rows": [ONE]}}
    made = steward.post("/api/v1/interfaces", body_of(world, provider))
    assert made.status_code == 201, made.content
    assert made.json()["code"] == f"s_{world.provider.credit_code}_1"
    world.grant()
    answer = call(reader, ServiceInterface.objects.get())
    assert (answer.status_code, answer["X-Cache"]) == (200, "miss")
    assert answer.json() == {"items": [shown(ONE)]}
    assert answer["Cache-Control"] == "private, no-store"
    assert provider.calls[0].headers["x-api-key"] == KEY
    (use,) = steward.get("/api/v1/uses?channel=service").json()["items"]
    assert (use["interface"], use["end_user"]) == (made.json()["id"], "窗口")


def test_the_secret_is_in_no_answer_and_the_address_for_the_provider_alone(
    world, provider, steward, reader
):
    made = steward.post("/api/v1/interfaces", body_of(world, provider))
    world.grant()
    seen = steward.get(f"/api/v1/interfaces/{made.json()['id']}")
    assert seen.json()["url"] == provider.url
    foreign = reader.get(f"/api/v1/interfaces/{made.json()['id']}").json()
    assert (foreign["url"], foreign["auth"]) == (None, None)
    assert foreign["parameters"] == [CODE]
    for answer in (made, seen, steward.get("/api/v1/interfaces")):
        assert KEY not in answer.content.decode()


def test_a_secret_is_not_kept_with_the_answer_to_a_repeated_request(world, provider, steward):
    for _ in range(2):
        headers = {"Idempotency-Key": "register-1"}
        made = steward.post("/api/v1/interfaces", body_of(world, provider), headers=headers)
        assert made.status_code == 201
    assert ServiceInterface.objects.count() == 1
    assert KEY not in str(StoredAnswer.objects.values())


def test_it_is_changed_under_its_version(steward, interface, assert_problem):
    path = f"/api/v1/interfaces/{interface.pk}"
    assert_problem(steward.patch(path, {"timeout_ms": 900}), 428, "precondition-required")
    changed = steward.patch(path, {"timeout_ms": 900}, headers={"If-Match": '"1"'})
    assert (changed.json()["timeout_ms"], changed["ETag"]) == (900, '"2"')
    stale = steward.patch(path, {"timeout_ms": 800}, headers={"If-Match": '"1"'})
    assert_problem(stale, 412, "stale")
    wrong = steward.patch(path, {"parameters": [{}]}, headers={"If-Match": '"2"'})
    assert_problem(wrong, 422, "invalid")


def test_paused_resumed_closed_and_tested(steward, interface):
    path = f"/api/v1/interfaces/{interface.pk}"
    tested = steward.post(f"{path}/test", {"parameters": {"code": "110101"}}).json()
    assert (tested["status"], tested["records"], tested["fault"]) == (200, 1, "")
    assert steward.post(f"{path}/pause", {"reason": "维护"}).json()["state"] == "paused"
    assert steward.post(f"{path}/resume", {}).json()["state"] == "open"
    assert steward.post(f"{path}/close", {}).json()["state"] == "closed"


def fault(answer, status, code, at, assert_problem):
    problem = assert_problem(answer, status, code)
    assert answer["X-Fault-At"] == at
    return problem


def test_each_refusal_says_whose_fault_it_is(
    world, interface, provider, reader, api, settings, assert_problem
):
    def told(status, code, at, answer=None):
        return fault(answer or call(reader, interface), status, code, at, assert_problem)

    # Who never held a grant does not even learn that it is there.
    told(404, "not-found", "caller")
    told(403, "not-granted", "caller", call(api(world.publisher), interface))
    world.grant(calls_per_day=50)
    told(422, "invalid", "caller", call(reader, interface, {"colour": "red"}))
    told(401, "unauthenticated", "caller", call(api(), interface))
    provider.status = 404
    told(502, "provider-refused", "provider")
    provider.status = 500
    told(502, "provider-failed", "provider")
    provider.status, provider.pause = 200, 1.0
    ServiceInterface.objects.update(timeout_ms=200)
    told(504, "provider-timeout", "provider")
    provider.pause = 0.0
    settings.INTERFACE_CALLS = 0
    assert told(503, "interface-busy", "hub")["retry_after"] == 1
    settings.INTERFACE_CALLS = 4
    settings.EGRESS_TEST_ADDRESSES = []
    told(503, "interface-unreachable", "hub")
    Grant.objects.update(calls_per_day=0)
    told(429, "quota-exceeded", "caller")
    assert UseEntry.objects.count() == 0


def test_while_the_breaker_is_open_the_caller_learns_when_to_come_back(
    world, interface, provider, reader, assert_problem
):
    world.grant()
    provider.status = 500
    for _ in range(5):
        call(reader, interface)
    answer = call(reader, interface)
    fault(answer, 503, "provider-resting", "provider", assert_problem)
    assert 1 <= int(answer["Retry-After"]) <= 30


def test_no_word_of_what_the_provider_says_when_it_fails_gets_out(
    world, interface, provider, reader
):
    world.grant()
    provider.status, provider.answer = 500, {"message": "canary-771: no such person 张三"}
    provider.headers = {"X-Debug": "canary-771"}
    answer = call(reader, interface)
    assert "canary-771" not in f"{answer.content.decode()} {answer.headers}"


def test_a_call_is_not_answered_from_the_store_of_repeated_requests(
    world, interface, provider, reader
):
    world.grant()
    for _ in range(2):
        assert call(reader, interface, **{"Idempotency-Key": "call-1"}).status_code == 200
    assert len(provider.calls) == 2
    assert StoredAnswer.objects.count() == 0


def test_answered_calls_count_in_the_evaluation(world, interface, provider, reader, api, member_of):
    world.grant()
    call(reader, interface)
    provider.status = 500
    call(reader, interface)
    answer = api(member_of("authority")).get("/api/v1/evaluations").json()
    (line,) = [d for d in answer["departments"] if d["department"] == str(world.provider.pk)]
    assert line["values"]["interfaces_answer"] == {"part": 1, "whole": 2, "share": 0.5}


def test_a_gateway_key_shows_its_secret_once(world, api, member_of):
    admin = api(member_of("department_admin", world.requester))
    body = {"system": str(world.reader.pk), "dialect": "provincial"}
    made = admin.post("/api/v1/gateway-keys", body, headers={"Idempotency-Key": "key-1"})
    assert made.status_code == 201
    secret = made.json()["secret"]
    again = admin.post("/api/v1/gateway-keys", body, headers={"Idempotency-Key": "key-1"})
    assert again.json()["secret"] is None
    path = f"/api/v1/gateway-keys/{made.json()['id']}"
    assert secret not in admin.get(path).content.decode()
    assert admin.post(f"{path}/revoke", {}).json()["state"] == "revoked"
