"""Disputes over HTTP."""

import pytest

from exchange.actions.answers import refuse_request
from exchange.actions.requests import agree_request
from tests.people import client_for, member_with

DISPUTES = "/api/v1/disputes"


@pytest.fixture
def refused(world):
    request = agree_request(world.submit(), actor=world.actor("asker_head"))
    world.refusal(request)
    return refuse_request(request, actor=world.actor("head"))


def test_a_refusal_is_disputed_referred_and_decided(client_of, refused, assert_problem):
    authority = client_for(member_with(("authority",), None))
    body = {"request": str(refused.pk), "claim": "履职所需"}
    assert_problem(client_of("asker").post(DISPUTES, body), 403, "forbidden")
    made = client_of("asker_head").post(DISPUTES, body)
    assert made.status_code == 201
    address = f"{DISPUTES}/{made.json()['id']}"
    replied = client_of("head").post(f"{address}/respond", {"response": "不属于职责"})
    assert replied.json()["response"] == "不属于职责"
    decision = {"outcome": "upheld", "decision": "重新答复", "document": "7号"}
    assert_problem(authority.post(f"{address}/decide", decision), 409, "illegal-move")
    assert client_of("asker_head").post(f"{address}/refer").json()["state"] == "with_authority"
    assert_problem(client_of("head").post(f"{address}/decide", decision), 403, "forbidden")
    decided = authority.post(f"{address}/decide", decision).json()
    assert (decided["state"], decided["outcome"]) == ("decided", "upheld")
    request = client_of("head").get(f"/api/v1/requests/{refused.pk}").json()
    assert (request["state"], request["answered_at"]) == ("received", None)


def test_one_thing_is_disputed_that_one_sees(client_of, refused, assert_problem):
    head = client_of("asker_head")
    two = {"request": str(refused.pk), "grant": str(refused.pk), "claim": "无"}
    assert_problem(head.post(DISPUTES, two), 422, "invalid")
    stranger = client_for(member_with(("head",), None))
    body = {"request": str(refused.pk), "claim": "无"}
    told = assert_problem(stranger.post(DISPUTES, body), 422, "invalid")
    assert told["errors"][0]["pointer"] == "#/request"


def test_disputes_are_for_the_two_sides_and_the_authority(client_of, refused):
    body = {"request": str(refused.pk), "claim": "履职所需"}
    found = client_of("asker_head").post(DISPUTES, body).json()["id"]
    for who in ("head", "steward", "asker"):
        listed = client_of(who).get(f"{DISPUTES}?state=negotiating").json()["items"]
        assert [row["id"] for row in listed] == [found]
    stranger = client_for(member_with(("head",), None))
    assert stranger.get(DISPUTES).json()["items"] == []
    assert stranger.get(f"{DISPUTES}/{found}").status_code == 404
