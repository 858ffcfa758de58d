"""Search over HTTP."""

import pytest

from catalog.actions.resources import withdraw_resource
from catalog.models import SavedSearch
from catalog.search.indexing import refresh
from tests.factories.catalog import published_resource

SEARCH, SAVED, SYNONYMS = "/api/v1/search", "/api/v1/saved-searches", "/api/v1/synonyms"
pytestmark = pytest.mark.django_db


@pytest.fixture
def shelter(cast):
    resource = published_resource(
        cast.civil, name="应急避难场所信息", abstract="全省应急避难场所的地址。"
    )
    refresh([resource.pk])
    return resource


def test_a_result_tells_what_it_is_and_where_it_answers(client, shelter):
    answer = client("third steward").get(SEARCH, {"q": "避难场所"})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    result = told["items"][0]
    assert (result["id"], result["code"]) == (str(shelter.pk), shelter.code)
    assert result["department"] == {"id": str(shelter.department_id), "name": "示例省民政厅"}
    assert result["highlights"]["name"] == {"text": "应急避难场所信息", "marks": [[2, 6]]}
    assert result["highlights"]["abstract"]["marks"] == [[4, 8]]
    assert (told["total"], told["has_more"], told["did_you_mean"]) == (1, False, None)
    assert told["facets"]["share_type"] == [
        {"value": result["share_type"], "label": "", "count": 1}
    ]


def test_a_mistake_is_answered_with_what_was_meant(client, shelter):
    told = client("steward").get(SEARCH, {"q": "应急避南场所"}).json()
    assert told["did_you_mean"] == "应急避难场所"
    assert told["is_forgiving"] is True


def test_pages_are_followed_by_cursor_and_link(client, cast):
    made = [published_resource(cast.civil, name=f"水库{n}") for n in "一二三"]
    refresh([resource.pk for resource in made])
    first = client("steward").get(SEARCH, {"q": "水库", "limit": 2})
    assert 'rel="next"' in first.headers["Link"]
    asked = {"q": "水库", "limit": 2, "cursor": first.json()["next_cursor"]}
    second = client("steward").get(SEARCH, asked).json()
    found = {row["name"] for row in (*first.json()["items"], *second["items"])}
    assert (found, second["has_more"]) == ({"水库一", "水库二", "水库三"}, False)


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"q": "水", "colour": "red"}, 400, "unknown-parameter"),
        ({"share_type": "secret"}, 422, "invalid"),
        ({"is_open": "1"}, 422, "invalid"),
        ({"department": "x"}, 422, "invalid"),
        ({"sort": "price"}, 422, "invalid"),
        ({"q": "水" * 201}, 422, "invalid"),
        ({"cursor": "x"}, 400, "bad-cursor"),
    ],
)
def test_what_search_does_not_take_is_refused(client, assert_problem, asked, status, code):
    assert_problem(client("steward").get(SEARCH, asked), status, code)


@pytest.mark.parametrize("text", ["'", "\\", "a & b | !c", "%", ":*", "“”", "𠀀𠀁"])
def test_no_question_breaks_search(client, shelter, text):
    assert client("steward").get(SEARCH, {"q": text}).status_code == 200


def test_nobody_searches_without_a_credential(api, assert_problem):
    assert_problem(api().get(SEARCH), 401, "unauthenticated")


def test_a_withdrawn_resource_is_no_longer_found(client, cast, shelter):
    withdraw_resource(shelter, actor=cast.actor("head"), reason="停用")
    refresh([shelter.pk])
    assert client("steward").get(SEARCH, {"q": "避难场所"}).json()["total"] == 0


def test_entries_about_the_same_are_shown(client, cast, shelter, assert_problem):
    twin = published_resource(cast.third, name="示例市应急避难场所名单")
    refresh([twin.pk])
    told = client("steward").get(f"/api/v1/resources/{shelter.pk}/similar").json()
    assert [(row["id"], row["likeness"]) for row in told["items"]] == [(str(twin.pk), 1.0)]
    draft = cast.resource()
    answer = client("third steward").get(f"/api/v1/resources/{draft.pk}/similar")
    assert_problem(answer, 404, "not-found")


def test_a_saved_search_is_its_makers_own(client, assert_problem):
    body = {"name": "超期", "parameters": {"q": "医院", "is_overdue": "true"}}
    made = client("steward").post(SAVED, body, format="json")
    assert made.status_code == 201, made.content
    address = f"{SAVED}/{made.json()['id']}"
    assert client("steward").get(SAVED).json()["items"] == [made.json()]
    assert client("head").get(SAVED).json()["items"] == []
    assert_problem(client("head").get(address), 404, "not-found")
    stale = client("steward").delete(address, HTTP_IF_MATCH='"7"')
    assert_problem(stale, 412, "stale")
    assert client("steward").delete(address, HTTP_IF_MATCH='"1"').status_code == 204
    assert not SavedSearch.objects.exists()


def test_a_saved_search_holds_parameters_of_search_only(client, assert_problem):
    body = {"name": "错", "parameters": {"cursor": "x"}}
    assert_problem(client("steward").post(SAVED, body, format="json"), 422, "invalid")
    assert not SavedSearch.objects.exists()


def test_synonyms_are_the_authoritys_and_everybody_reads_them(client, assert_problem):
    body = {"words": ["公积金", "住房公积金"]}
    refused = client("steward").post(SYNONYMS, body, format="json")
    assert_problem(refused, 403, "forbidden")
    made = client("desk").post(SYNONYMS, body, format="json")
    assert made.status_code == 201, made.content
    found = client("steward").get(SYNONYMS, {"word": "公积金"}).json()["items"]
    assert found == [made.json()]
    address = f"{SYNONYMS}/{made.json()['id']}"
    changed = client("authority").patch(
        address, {"words": ["公积金", "房积金"]}, format="json", HTTP_IF_MATCH='"1"'
    )
    assert changed.json()["words"] == ["公积金", "房积金"]
    assert client("authority").delete(address, HTTP_IF_MATCH='"2"').status_code == 204
