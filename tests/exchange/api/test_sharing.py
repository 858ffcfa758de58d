"""Requests and grants over HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.models import Grant, SharingRequest
from tests.factories.exchange import GRANTED, make_world
from tests.people import client_for


@pytest.fixture
def body(world):
    return {
        "resource": str(world.resource.pk),
        "system": str(world.reader.pk),
        "items": GRANTED,
        "modes": ["database"],
        "basis": "《税收征收管理法实施细则》第十二条",
        "scenario": "核对注册地",
        "scope": "全省税务登记业务",
        "ends_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }


@pytest.fixture
def request_id(client_of, body):
    return client_of("asker").post("/api/v1/requests", body).json()["id"]


def test_a_request_goes_from_submission_to_a_grant(world, client_of, body):
    made = client_of("asker").post("/api/v1/requests", body)
    assert (made.status_code, made.json()["state"]) == (201, "submitted")
    assert made.json()["provider"] == str(world.provider.pk)
    address = f"/api/v1/requests/{made.json()['id']}"
    agreed = client_of("asker_head").post(f"{address}/agree")
    assert (agreed.status_code, agreed.json()["state"]) == (200, "agreed")
    answered = client_of("head").post(f"{address}/consent", {"items": ["code", "name"]})
    assert (answered.status_code, answered.json()["state"]) == (200, "consented")
    grant = client_of("reader").get(f"/api/v1/grants/{answered.json()['grant']}").json()
    assert (grant["items"], grant["state"], grant["edition"]) == (["code", "name"], "active", 1)
    assert grant["dataset"] == str(world.dataset.pk)


def test_a_provider_sees_nothing_before_the_requesters_head_agreed(
    client_of, request_id, assert_problem
):
    address = f"/api/v1/requests/{request_id}"
    assert_problem(client_of("head").get(address), 404, "not-found")
    assert_problem(
        client_of("head").post(f"{address}/consent", {"items": GRANTED}), 404, "not-found"
    )
    assert SharingRequest.objects.get().state == "submitted"
    client_of("asker_head").post(f"{address}/agree")
    assert client_of("head").get(address).status_code == 200


def test_another_department_sees_no_request(client_of, request_id, assert_problem):
    client_of("asker_head").post(f"/api/v1/requests/{request_id}/agree")
    stranger = make_world()
    for who in ("head", "asker", "steward"):
        client = client_for(stranger.people[who])
        assert_problem(client.get(f"/api/v1/requests/{request_id}"), 404, "not-found")
        refusal = client.post(f"/api/v1/requests/{request_id}/refuse", {"reason": "无"})
        assert_problem(refusal, 404, "not-found")
    assert SharingRequest.objects.get().state == "agreed"


def test_each_step_belongs_to_one_office(client_of, request_id, assert_problem):
    address = f"/api/v1/requests/{request_id}"
    assert_problem(client_of("asker").post(f"{address}/agree"), 403, "forbidden")
    client_of("asker_head").post(f"{address}/agree")
    for who in ("asker", "asker_head", "steward"):
        answer = client_of(who).post(f"{address}/consent", {"items": GRANTED})
        assert_problem(answer, 403, "forbidden")
    assert not Grant.objects.exists()


def test_a_refusal_needs_its_reason(client_of, request_id, assert_problem):
    address = f"/api/v1/requests/{request_id}"
    client_of("asker_head").post(f"{address}/agree")
    problem = assert_problem(client_of("head").post(f"{address}/refuse", {}), 422, "invalid")
    assert problem["errors"][0]["pointer"] == "#/reason"
    refused = client_of("head").post(f"{address}/refuse", {"reason": "超出职责范围"})
    assert (refused.json()["state"], refused.json()["answer_reason"]) == ("refused", "超出职责范围")
    again = client_of("head").post(f"{address}/consent", {"items": GRANTED})
    problem = assert_problem(again, 409, "illegal-move")
    assert (problem["state"], problem["possible"]) == ("refused", ["reopen"])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"items": []}, "#/items"),
        ({"items": ["code", "colour"]}, "#/items"),
        ({"items": ["name"]}, "#/items"),
        ({"modes": ["telepathy"]}, "#/modes/0"),
        ({"modes": ["medium"]}, "#/modes"),
        ({"ends_on": "2020-01-01"}, "#/ends_on"),
        ({"ends_on": "soon"}, "#/ends_on"),
        ({"basis": ""}, "#/basis"),
        ({"scope": "长" * 401}, "#/scope"),
        ({"department": "x"}, "#/department"),
        ({"system": "x"}, "#/system"),
        ({"resource": "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b01"}, "#/resource"),
    ],
)
def test_a_wrong_statement_is_named(client_of, body, unchanged, assert_problem, changes, pointer):
    with unchanged():
        answer = client_of("asker").post("/api/v1/requests", {**body, **changes})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_repeated_request_is_made_once(client_of, body):
    client = client_of("asker")
    headers = {"Idempotency-Key": "req-1"}
    first = client.post("/api/v1/requests", body, headers=headers)
    again = client.post("/api/v1/requests", body, headers=headers)
    assert again["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    assert SharingRequest.objects.count() == 1


def test_a_grant_is_revoked_over_http(world, client_of, assert_problem):
    grant = world.grant()
    lane = world.subscribe(grant=grant)
    address = f"/api/v1/grants/{grant.pk}/revoke"
    assert_problem(client_of("asker").post(address, {"reason": "无"}), 403, "forbidden")
    assert_problem(client_of("head").post(address, {}), 422, "invalid")
    ended = client_of("head").post(address, {"reason": "使用目的已实现"})
    assert (ended.json()["state"], ended.json()["end_reason"]) == ("revoked", "使用目的已实现")
    reading = client_of("reader").get(f"/api/v1/subscriptions/{lane.pk}/changes")
    assert_problem(reading, 403, "grant-ended")
    assert_problem(client_of("head").post(address, {"reason": "又"}), 409, "illegal-move")


def test_grants_are_listed_for_both_sides_and_for_nobody_else(world, client_of):
    grant = world.grant()
    for who in ("steward", "head", "asker", "reader", "publisher"):
        items = client_of(who).get("/api/v1/grants?state=active").json()["items"]
        assert [found["id"] for found in items] == [str(grant.pk)]
    stranger = make_world()
    assert client_for(stranger.people["head"]).get("/api/v1/grants").json()["items"] == []
