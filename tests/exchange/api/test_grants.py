"""Grants over HTTP: what was consented to, and what becomes of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.actions.answers import consent_request
from exchange.actions.requests import agree_request
from tests.factories.exchange import GRANTED, make_world
from tests.people import client_for

DISPOSAL = {"method": "逻辑删除并覆写", "systems": ["税务登记系统"], "statement": "全部销毁"}


@pytest.fixture
def grant(world):
    return world.grant()


@pytest.fixture
def step(client_of, grant):
    """``step("head", "suspend", {...})``: a deed on the grant."""

    def take(who, deed, body=None):
        return client_of(who).post(f"/api/v1/grants/{grant.pk}/{deed}", body or {})

    return take


def test_a_grant_is_revoked_over_http(world, client_of, grant, step, assert_problem):
    lane = world.subscribe(grant=grant)
    assert_problem(step("asker", "revoke", {"reason": "无"}), 403, "forbidden")
    assert_problem(step("head", "revoke"), 422, "invalid")
    ended = step("head", "revoke", {"reason": "使用目的已实现"})
    assert (ended.json()["state"], ended.json()["end_reason"]) == ("revoked", "使用目的已实现")
    reading = client_of("reader").get(f"/api/v1/subscriptions/{lane.pk}/changes")
    assert_problem(reading, 403, "grant-ended")
    assert_problem(step("head", "revoke", {"reason": "又"}), 409, "illegal-move")


def test_a_grant_is_suspended_put_right_and_resumed(step, assert_problem):
    by = (timezone.localdate() + timedelta(days=9)).isoformat()
    said = {"reason": "疑似超范围使用", "rectify_by": by}
    assert_problem(step("asker_head", "suspend", said), 403, "forbidden")
    stopped = step("head", "suspend", said).json()
    assert (stopped["state"], stopped["rectify_by"]) == ("suspended", by)
    assert_problem(step("steward", "rectify", {"rectification": "无"}), 403, "forbidden")
    assert step("asker", "rectify", {"rectification": "已整改"}).json()["state"] == "rectified"
    assert step("head", "resume", {"reason": "属实"}).json()["state"] == "active"


def test_what_was_received_is_disposed_of_with_a_certificate(
    world, client_of, grant, step, assert_problem
):
    address = f"/api/v1/grants/{grant.pk}/certificate"
    assert step("asker_head", "finish").json()["state"] == "finished"
    assert_problem(client_of("head").get(address), 409, "conflict")
    assert step("asker_head", "dispose", DISPOSAL).json()["state"] == "disposed"
    for who in ("head", "asker"):
        paper = client_of(who).get(address).json()
        assert (paper["method"], paper["systems"]) == (DISPOSAL["method"], DISPOSAL["systems"])
        assert (paper["department_name"], paper["items"]) == (world.requester.name, GRANTED)
        assert paper["signed_by"] == world.people["asker_head"].user.name
    stranger = make_world()
    assert_problem(client_for(stranger.people["head"]).get(address), 404, "not-found")


def test_a_need_is_certified_by_the_holders_head(step, assert_problem):
    assert_problem(step("head", "certify"), 403, "forbidden")
    certified = step("asker_head", "certify").json()
    assert certified["certified_at"] is not None
    assert certified["certify_by"] == certified["ends_on"]


def test_every_edition_stays_readable(world, client_of, grant):
    request = agree_request(
        world.submit(["code", "name"], amends=grant), actor=world.actor("asker_head")
    )
    consent_request(request, actor=world.actor("head"))
    editions = client_of("asker").get(f"/api/v1/grants/{grant.pk}/editions").json()
    assert [one["number"] for one in editions] == [1, 2]
    assert [one["items"] for one in editions] == [GRANTED, ["code", "name"]]
    shown = client_of("asker").get(f"/api/v1/requests/{request.pk}").json()
    assert shown["grant"] == shown["amends"] == str(grant.pk)


def test_grants_are_listed_for_both_sides_and_for_nobody_else(world, client_of, grant):
    for who in ("steward", "head", "asker", "reader", "publisher"):
        items = client_of(who).get("/api/v1/grants?state=active").json()["items"]
        assert [found["id"] for found in items] == [str(grant.pk)]
    stranger = make_world()
    assert client_for(stranger.people["head"]).get("/api/v1/grants").json()["items"] == []


def test_grants_that_nobody_uses_are_found(world, client_of, grant, assert_problem):
    type(grant).objects.update(created_at=timezone.now() - timedelta(days=100))
    head = client_of("head")
    since = (timezone.localdate() - timedelta(days=90)).isoformat()
    found = head.get(f"/api/v1/grants?unused_since={since}").json()["items"]
    assert [one["id"] for one in found] == [str(grant.pk)]
    grant.days.create(day=timezone.localdate(), calls=1)
    assert head.get(f"/api/v1/grants?unused_since={since}").json()["items"] == []
    assert_problem(head.get("/api/v1/grants?unused_since=lately"), 422, "invalid")
