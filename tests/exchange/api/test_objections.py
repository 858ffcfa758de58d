"""Objections over HTTP: claims and evidence are for those whom they concern."""

import pytest

from tests.factories.exchange import row
from tests.people import client_for, member_with

OBJECTIONS = "/api/v1/objections"
PDF = b"%PDF-1.7\nevidence"
CLAIM = {"key": {"code": "110101"}, "item": "name", "found": "东城", "claimed": "东城区"}


@pytest.fixture
def authority(db):
    return client_for(member_with(("authority",), None))


@pytest.fixture
def body(world):
    world.publish([row("110101", "东城")])
    return {
        "kind": "content",
        "resource": str(world.resource.pk),
        "grant": str(world.grant().pk),
        "description": "名称有误",
        "claims": [CLAIM],
    }


@pytest.fixture
def address(client_of, body):
    made = client_of("asker").post(OBJECTIONS, body)
    assert made.status_code == 201, made.content
    return f"{OBJECTIONS}/{made.json()['id']}"


def test_a_record_is_objected_to_corrected_and_answered(client_of, address, assert_problem):
    steward = client_of("steward")
    rows = {"rows": [row("110101", "东城区")]}
    assert_problem(steward.post(f"{address}/correct", rows), 409, "illegal-move")
    assert steward.post(f"{address}/receive").json()["state"] == "received"
    assert_problem(client_of("asker").post(f"{address}/correct", rows), 403, "forbidden")
    corrected = steward.post(f"{address}/correct", rows).json()
    assert (corrected["state"], corrected["batch_number"]) == ("received", 2)
    answer = {"outcome": "unfounded", "feedback": "无误"}
    assert_problem(steward.post(f"{address}/resolve", answer), 422, "correction-unfounded")
    answer = {"outcome": "corrected", "feedback": "已更正"}
    assert steward.post(f"{address}/resolve", answer).json()["state"] == "resolved"
    assert_problem(client_of("asker").post(f"{address}/close", {"rating": 6}), 422, "invalid")
    assert client_of("asker").post(f"{address}/close", {"rating": 5}).json()["rating"] == 5


def test_claims_are_for_the_two_sides_and_for_who_decides(world, client_of, address, authority):
    for who in ("asker", "asker_head", "steward", "head"):
        assert client_of(who).get(address).json()["claims"] == [CLAIM]
    admin = client_for(member_with(("department_admin",), world.provider))
    auditor = client_for(member_with(("auditor",), None))
    for client in (admin, auditor, authority):
        assert client.get(address).json()["claims"] is None
    pk = address.rsplit("/", 1)[1]
    made = client_of("asker_head").post("/api/v1/disputes", {"objection": pk, "claim": "未答复"})
    dispute = f"/api/v1/disputes/{made.json()['id']}"
    assert authority.get(address).json()["claims"] is None
    assert client_of("asker_head").post(f"{dispute}/refer").status_code == 200
    assert authority.get(address).json()["claims"] == [CLAIM]
    assert auditor.get(address).json()["claims"] is None


def test_evidence_goes_in_once_and_comes_out_as_a_file(
    world, client_of, address, authority, assert_problem
):
    def attach(who):
        return client_of(who).post(
            f"{address}/evidence?file_name=批复.pdf", data=PDF, content_type="application/pdf"
        )

    assert client_of("asker").get(f"{address}/evidence").status_code == 404
    assert_problem(attach("steward"), 403, "forbidden")
    made = attach("asker")
    assert (made.status_code, made.json()["size"]) == (201, len(PDF))
    assert_problem(attach("asker"), 409, "conflict")
    assert client_of("asker").get(address).json()["evidence"]["name"] == "批复.pdf"
    given = client_of("head").get(f"{address}/evidence")
    assert given.content == PDF
    assert given["Content-Disposition"].startswith("attachment")
    assert_problem(authority.get(f"{address}/evidence"), 403, "forbidden")


def test_a_stranger_sees_none(client_of, address):
    stranger = client_for(member_with(("steward",), None))
    assert stranger.get(OBJECTIONS).json()["items"] == []
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}/evidence").status_code == 404
