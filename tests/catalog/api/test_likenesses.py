"""Duplicates over the API: who sees which pairs, in which order, and what is decided."""

import pytest

from accounts.actor import CLOCK
from catalog.actions.likenesses import scan_likenesses
from catalog.models import Likeness
from catalog.search.indexing import refresh
from tests.factories.catalog import published_resource

LIKENESSES = "/api/v1/likenesses"
ITEMS = [{"column": f"c{n}", "name": name} for n, name in enumerate(("床位数", "护理等级", "院长"))]


@pytest.fixture
def pairs(cast):
    """Two pairs of the civil affairs department; the second one has only most items in common."""
    for name, items in (
        ("养老机构信息", ITEMS),
        ("养老机构名录", ITEMS),
        ("殡仪馆信息", ITEMS),
        ("殡仪馆情况", [*ITEMS[:2], {"column": "c9", "name": "火化炉数"}, *ITEMS[2:]]),
    ):
        published_resource(cast.civil, items, name=name, abstract=name)
    scan_likenesses(actor=CLOCK)


def test_pairs_are_listed_with_the_likest_first_a_page_at_a_time(client, pairs):
    desk = client("desk")
    first = desk.get(f"{LIKENESSES}?limit=1").json()
    assert first["has_more"]
    (likest,) = first["items"]
    assert (likest["left"]["name"], likest["right"]["name"]) == ("养老机构信息", "养老机构名录")
    second = desk.get(f"{LIKENESSES}?limit=1&cursor={first['next_cursor']}").json()
    assert second["items"][0]["left"]["name"] == "殡仪馆信息"
    assert second["items"][0]["score"] < likest["score"]
    assert not second["has_more"]


def test_a_department_sees_its_own_pairs_only(client, pairs):
    assert len(client("steward").get(LIKENESSES).json()["items"]) == 2
    other = client("third steward")
    assert other.get(LIKENESSES).json()["items"] == []
    assert other.get(f"{LIKENESSES}/{Likeness.objects.first().pk}").status_code == 404


def test_pairs_are_narrowed_by_kind_state_department_and_resource(client, cast, pairs):
    desk, some = client("desk"), Likeness.objects.first()

    def count(asked):
        return len(desk.get(f"{LIKENESSES}?{asked}").json()["items"])

    assert count("kind=item") == 0
    assert count("kind=entry&state=open") == 2
    assert count(f"resource={some.right_id}") == 1
    assert (count(f"department={cast.civil.pk}"), count(f"department={cast.third.pk}")) == (2, 0)
    assert desk.get(f"{LIKENESSES}?resource=x").status_code == 422


def test_a_pair_is_dismissed_with_a_reason(client, pairs, assert_problem):
    steward, some = client("steward"), Likeness.objects.first()
    at = f"{LIKENESSES}/{some.pk}"
    assert_problem(steward.post(f"{at}/dismiss", {}), 422, "invalid")
    made = steward.post(f"{at}/dismiss", {"reason": "口径不同"})
    assert (made.json()["state"], made.json()["decision_reason"]) == ("dismissed", "口径不同")
    assert_problem(steward.post(f"{at}/confirm", {"reason": "重复"}), 409, "illegal-move")


def test_a_scan_that_was_asked_for_waits_until_a_worker_has_made_it(client, pairs, assert_problem):
    desk = client("desk")
    assert_problem(client("steward").post(f"{LIKENESSES}/scan", {}), 403, "forbidden")
    asked = desk.post(f"{LIKENESSES}/scan", {})
    assert (asked.status_code, asked.json()["ended_at"]) == (202, None)
    scan_likenesses(actor=CLOCK)
    made, first = desk.get("/api/v1/likeness-scans").json()["items"]
    assert made["id"] == asked.json()["id"]
    for scan in (made, first):
        assert (scan["compared"], scan["found"], scan["is_whole"]) == (4, 2, True)
        assert scan["ended_at"] is not None


def test_a_draft_is_told_what_others_have(client, cast):
    held = published_resource(cast.third, ITEMS, name="敬老院信息")
    former = published_resource(cast.civil, ITEMS, name="养老机构名录")
    refresh([held.pk, former.pk])
    draft = cast.resource("draft", items=ITEMS, name="养老机构信息")
    told = client("steward").get(f"/api/v1/resources/{draft.pk}/overlaps").json()
    ((found,), (same,)) = told["items"], told["same"]
    assert (same["resource_id"], same["name"]) == (str(former.pk), "养老机构名录")
    assert (same["score"], same["reasons"]["items"]) == (1.0, 1.0)
    assert (found["resource_id"], found["share"]) == (str(held.pk), 1.0)
    assert [item["name"] for item in found["items"]] == ["床位数", "护理等级", "院长"]
    assert client("third steward").get(f"/api/v1/resources/{draft.pk}/overlaps").status_code == 404
