"""Records of use over HTTP."""

import csv
import json

from django.utils import timezone

from tests.people import client_for, member_with

RECORDS = "/api/v1/use-records"


def body(grant, **changes):
    today = str(timezone.localdate())
    said = {
        "grant": str(grant.pk),
        "starts_on": today,
        "ends_on": today,
        "scenario": "核对注册地",
        "process": "逐笔查询",
        "effect": "=减少材料一项",
        "storage": "不留存",
    }
    return {**said, **changes}


def test_a_use_is_recorded_read_and_exported(world, client_of, assert_problem):
    grant = world.grant()
    assert_problem(client_of("asker_head").post(RECORDS, body(grant)), 403, "forbidden")
    early = body(grant, keep_until=str(timezone.localdate()))
    assert_problem(client_of("asker").post(RECORDS, early), 422, "invalid")
    made = client_of("asker").post(RECORDS, body(grant))
    assert made.status_code == 201
    address = f"{RECORDS}/{made.json()['id']}"
    assert client_of("head").get(address).json()["effect"] == "=减少材料一项"
    table = client_of("head").get(f"{RECORDS}/export?grant={grant.pk}")
    rows = list(csv.DictReader(table.getvalue().decode().splitlines()))
    assert [row["effect"] for row in rows] == ["'=减少材料一项"]
    lines = client_of("asker").get(f"{RECORDS}/export", headers={"Accept": "application/x-ndjson"})
    assert json.loads(lines.getvalue())["id"] == made.json()["id"]


def test_there_is_no_door_that_changes_or_removes_one(world, client_of):
    made = client_of("asker").post(RECORDS, body(world.grant())).json()
    address = f"{RECORDS}/{made['id']}"
    for method in ("put", "patch", "delete"):
        answer = getattr(client_of("asker"), method)(address, {}, headers={"If-Match": '"1"'})
        assert answer.status_code == 405


def test_a_stranger_sees_none(world, client_of):
    client_of("asker").post(RECORDS, body(world.grant()))
    stranger = client_for(member_with(("head",), None))
    assert stranger.get(RECORDS).json()["items"] == []
