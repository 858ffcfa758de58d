"""Code lists and data elements over HTTP."""

import pytest

from catalog.api.examples_codelists import CODE_LIST, CODES, ELEMENT
from catalog.models import CodeList, DataElement
from tests.factories.catalog import code_list

LISTS, ELEMENTS = "/api/v1/code-lists", "/api/v1/data-elements"


def post(client, path, data):
    return client.post(path, data, format="json")


def revision(*codes):
    return {
        "effective_on": "2026-01-01",
        "change_message": "修订",
        "codes": [{"code": code, "name": name} for code, name in codes],
    }


def test_a_list_is_added_and_read_by_everybody(client):
    made = post(client("authority"), LISTS, CODE_LIST)
    assert made.status_code == 201, made.content
    current = made.json()["current"]
    assert (current["number"], current["effective_on"]) == (1, "2003-12-01")
    reader = client("third steward")
    assert reader.get(LISTS, {"identifier": "GB/T 2261.1"}).json()["items"] == [made.json()]
    address = f"{LISTS}/{made.json()['id']}"
    assert reader.get(address).json() == made.json()
    assert reader.get(f"{address}/versions/1").json()["codes"] == CODES
    brief = reader.get(f"{address}/versions").json()["items"]
    assert [(row["number"], row["size"]) for row in brief] == [(1, 4)]


def test_a_revision_tells_what_it_changed_and_any_two_versions_are_compared(client):
    made = post(client("authority"), LISTS, CODE_LIST).json()
    address = f"{LISTS}/{made['id']}"
    told = post(
        client("authority"),
        f"{address}/revise",
        revision(("1", "男"), ("2", "女性"), ("3", "其他")),
    )
    assert told.status_code == 200, told.content
    assert (told.json()["version"]["number"], told.json()["version"]["size"]) == (2, 3)
    expected = {
        "added": [{"code": "3", "name": "其他"}],
        "removed": [
            {"code": "0", "name": "未知的性别"},
            {"code": "9", "name": "未说明的性别"},
        ],
        "renamed": [{"code": "1", "before": "男性", "after": "男"}],
    }
    assert {name: told.json()[name] for name in expected} == expected
    reader = client("steward")
    assert reader.get(f"{address}/versions/1/diff/2").json() == expected
    assert reader.get(f"{address}/versions/2/diff/1").json()["added"] == expected["removed"]
    assert reader.get(f"{address}/versions/1/diff/3").status_code == 404
    assert reader.get(address).json()["current"]["number"] == 2


@pytest.mark.parametrize("who", ["steward", "desk"])
def test_only_the_authority_keeps_them(client, assert_problem, who):
    assert_problem(post(client(who), LISTS, CODE_LIST), 403, "forbidden")
    assert not CodeList.objects.exists()


def test_wrong_codes_are_refused_at_their_place(client):
    body = CODE_LIST | {"codes": [CODES[0], CODES[0]]}
    refused = post(client("authority"), LISTS, body)
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("#/codes/1/code", "code-twice")
    ]


def test_a_taken_identifier_is_a_conflict(client, assert_problem):
    post(client("authority"), LISTS, CODE_LIST)
    assert_problem(post(client("authority"), LISTS, CODE_LIST), 409, "code-list-taken")


def test_an_element_is_defined_changed_and_found(cast, client, assert_problem):
    sexes = code_list("GB/T 2261.1", {"1": "男性"})
    made = post(client("authority"), ELEMENTS, ELEMENT | {"code_list": str(sexes.pk)})
    assert made.status_code == 201, made.content
    assert (made.json()["code_list"], made.json()["synonyms"]) == (
        str(sexes.pk),
        ["性别代码", "XB"],
    )
    address = f"{ELEMENTS}/{made.json()['id']}"
    sent = {"data": {"length": 2}, "format": "json", "headers": {"If-Match": made["ETag"]}}
    changed = client("authority").patch(address, **sent)
    assert (changed.status_code, changed.json()["length"]) == (200, 2)
    assert_problem(client("authority").patch(address, **sent), 412, "stale")
    found = client("steward").get(ELEMENTS, {"code_list": str(sexes.pk), "fields": "name"})
    assert found.json()["items"] == [{"id": made.json()["id"], "name": "性别"}]
    again = post(client("authority"), ELEMENTS, ELEMENT | {"code_list": None})
    assert_problem(again, 409, "element-taken")
    named = post(
        client("authority"),
        f"{address}/name-source",
        {"source_department": str(cast.third.pk), "reason": "户籍"},
    )
    assert named.json() == {"items": 0}


def test_an_identifier_is_for_good(client):
    made = post(client("authority"), ELEMENTS, ELEMENT | {"code_list": None}).json()
    refused = client("authority").patch(
        f"{ELEMENTS}/{made['id']}",
        {"identifier": "X"},
        format="json",
        headers={"If-Match": '"1"'},
    )
    assert refused.status_code == 422
    assert DataElement.objects.get().identifier == "DE00011"


def test_a_classification_is_loaded_over_http(client, assert_problem):
    body = {"categories": [{"code": "307", "name": "省级"}, {"code": "3", "name": "部门"}]}
    address = "/api/v1/categories/load"
    told = post(client("authority"), address, body)
    assert (told.status_code, told.json()) == (200, {"added": 2, "renamed": 0, "unchanged": 0})
    within = client("steward").get("/api/v1/categories", {"within": "3", "fields": "code"})
    assert {row["code"] for row in within.json()["items"]} == {"3", "307"}
    assert_problem(post(client("steward"), address, body), 403, "forbidden")
