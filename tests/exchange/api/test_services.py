"""Announcements of stops and changes over HTTP."""

from django.utils import timezone

from tests.people import client_for, member_with

CHANGES = "/api/v1/service-changes"


def test_a_stop_is_announced_answered_filed_and_done(world, client_of, assert_problem):
    world.grant()
    closing = f"/api/v1/datasets/{world.dataset.pk}/close"
    refused = assert_problem(client_of("steward").post(closing), 409, "change-not-cleared")
    assert refused["served"] == [str(world.requester.pk)]
    body = {
        "dataset": str(world.dataset.pk),
        "kind": "stop",
        "reason": "停用",
        "effective_on": str(timezone.localdate()),
    }
    assert_problem(client_of("steward").post(CHANGES, body), 403, "forbidden")
    made = client_of("head").post(CHANGES, body)
    assert made.status_code == 201
    address = f"{CHANGES}/{made.json()['id']}"
    said = {"agrees": False, "note": "未联调"}
    replied = client_of("asker_head").post(f"{address}/reply", said).json()
    assert [reply["agrees"] for reply in replied["replies"]] == [False]
    authority = client_for(member_with(("authority",), None))
    assert authority.post(f"{address}/file", {"number": "3号"}).json()["state"] == "filed"
    assert client_of("steward").post(closing).json()["state"] == "closed"
    assert client_of("head").post(f"{address}/complete").json()["state"] == "completed"
    assert_problem(client_of("head").post(f"{address}/withdraw"), 409, "illegal-move")


def test_announcements_are_for_the_provider_and_those_served(world, client_of):
    world.grant()
    body = {
        "dataset": str(world.dataset.pk),
        "kind": "change",
        "reason": "变更",
        "effective_on": str(timezone.localdate()),
    }
    found = client_of("head").post(CHANGES, body).json()["id"]
    for who in ("steward", "asker", "asker_head"):
        assert [row["id"] for row in client_of(who).get(CHANGES).json()["items"]] == [found]
    stranger = client_for(member_with(("head",), None))
    assert stranger.get(CHANGES).json()["items"] == []
