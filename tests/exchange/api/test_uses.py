"""Verification and the ledger of use over HTTP."""

import csv
import io
import json

import pytest

from accounts.actor import CLOCK
from exchange.actions.upkeep import fold_due
from exchange.models import UseEntry
from kernel.models import StoredAnswer
from tests.factories.exchange import PURPOSE, make_world, row
from tests.people import client_for

STATED = {"X-Purpose": PURPOSE, "X-End-User": "%E7%AA%97%E5%8F%A3", "X-Reason": "a%20b"}
BODY = {"key": {"code": "110101"}, "claims": {"name": "东城区", "level": "1"}}


@pytest.fixture
def world(db):
    world = make_world(is_queryable=True)
    world.publish([row("110101", "东城区")])
    fold_due(actor=CLOCK)
    world.grant()
    return world


@pytest.fixture
def verify(world, client_of):
    """``verify(body, **headers)``: the answer to the reading system."""
    address = f"/api/v1/datasets/{world.dataset.pk}/verify"
    return lambda body=BODY, **headers: client_of("reader").post(
        address, body, headers={**STATED, **headers}
    )


def test_a_record_is_verified(verify):
    answer = verify(**{"Idempotency-Key": "v-1"})
    assert answer.json() == {
        "found": True,
        "matches": {"name": True, "level": False},
        "as_of": 1,
    }
    assert answer["Cache-Control"] == "private, no-store"
    assert not StoredAnswer.objects.exists()
    line = UseEntry.objects.get()
    assert (line.end_user, line.reason) == ("窗口", "a b")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"X-Purpose": ""}, 422, "purpose-missing"),
        ({"X-Purpose": "advertising"}, 403, "purpose-not-granted"),
        ({"X-Reason": "%FF"}, 422, "invalid"),
        ({"X-End-User": "x" * 81}, 422, "invalid"),
        ({"X-End-User": "%00"}, 422, "invalid"),
    ],
)
def test_what_a_call_says_of_itself_is_read_strictly(
    verify, assert_problem, unchanged, headers, status, code
):
    with unchanged():
        assert_problem(verify(**headers), status, code)


def test_a_used_up_quota_says_when_to_come_again(world, verify, assert_problem):
    world.resource.grants.update(calls_per_day=1)
    assert verify().status_code == 200
    answer = verify()
    problem = assert_problem(answer, 429, "quota-exceeded")
    assert answer["Retry-After"] == str(problem["retry_after"])


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_a_right_that_is_over_is_told_apart_from_one_that_never_was(
    world, verify, assert_problem, state
):
    world.resource.grants.update(state=state)
    code = {"suspended": "grant-suspended", "revoked": "grant-ended"}[state]
    assert_problem(verify(), 403, code)
    stranger = client_for(make_world().reader)
    address = f"/api/v1/datasets/{world.dataset.pk}/verify"
    assert_problem(stranger.post(address, BODY, headers=STATED), 404, "not-found")


def test_both_sides_read_the_ledger_and_strangers_do_not(world, verify, client_of, actor_of, api):
    verify()
    for client, count in (
        (client_of("head"), 1),
        (client_of("asker"), 1),
        (api(actor_of("auditor")), 1),
        (api(actor_of("head")), 0),
    ):
        answer = client.get("/api/v1/uses", {"channel": "verify", "purpose": PURPOSE})
        assert len(answer.json()["items"]) == count
        assert client.get("/api/v1/uses?channel=table").json()["items"] == []
    shown = client_of("head").get("/api/v1/uses").json()["items"][0]
    assert (shown["items"], shown["edition"]) == (["name", "level"], 1)
    assert "subjects" not in shown


def test_the_ledger_goes_out_as_a_file(verify, client_of):
    verify()
    address, client = "/api/v1/uses/export", client_of("head")
    text = client.get(address).getvalue().decode()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["channel"], line["items"]) for line in lines] == [("verify", "name level")]
    text = client.get(address, headers={"Accept": "application/x-ndjson"}).getvalue().decode()
    assert json.loads(text)["items"] == ["name", "level"]
    assert client.get(f"{address}?to=2020-01-01").getvalue().decode().count("\n") == 1


def test_an_auditor_finds_who_received_a_record(world, verify, client_of, actor_of, api):
    verify()
    address = f"/api/v1/datasets/{world.dataset.pk}/who-received"
    answer = api(actor_of("auditor")).post(address, {"key": {"code": "110101"}})
    assert [entry["channel"] for entry in answer.json()["items"]] == ["verify"]
    assert not answer.json()["has_more"]
    assert client_of("head").post(address, {"key": {"code": "110101"}}).status_code == 403


def test_counts_of_batches_are_not_for_who_sees_some_rows_only(world, client_of):
    address = f"/api/v1/datasets/{world.dataset.pk}/batches/1"
    assert client_of("asker").get(address).json()["accepted"] == 1
    world.resource.grants.update(condition='level = "1"')
    shown = client_of("asker").get(address).json()
    assert (shown["accepted"], shown["inserted"], shown["last_seq"]) == (None, None, None)
    assert client_of("steward").get(address).json()["accepted"] == 1
