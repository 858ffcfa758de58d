"""What every address of the API does: strict bodies and parameters, pages, ETags, problems."""

import pytest

from accounts.models import Department
from tests.factories.accounts import DepartmentFactory

DEPARTMENTS = "/api/v1/departments"
NEW = {"name": "示例局", "credit_code": "11990000MB9002969X", "division_code": "990000"}


@pytest.fixture
def operator(api, member_of):
    return api(member_of("operator"))


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed"),
        (b'{"name": "a", "name": "b"}', "application/json", 400, "malformed"),
        (b'{"name": "a\\u0000"}', "application/json", 400, "malformed"),
        (b'{"name": NaN}', "application/json", 400, "malformed"),
        (b"\xff\xfe{}", "application/json", 400, "malformed"),
        (b"[]", "application/json", 422, "invalid"),
        (b'"text"', "application/json", 422, "invalid"),
        (b"null", "application/json", 422, "invalid"),
        (b'{"name": ["a"]}', "application/json", 422, "invalid"),
        (b"name=a", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b"name,a", "text/csv", 415, "unsupported-media-type"),
        (b'{"name": "' + b"a" * 2_100_000 + b'"}', "application/json", 413, "too-large"),
    ],
)
def test_bad_bodies_are_refused_and_change_nothing(
    operator, assert_problem, body, kind, status, code
):
    count = Department.objects.count()
    answer = operator.generic("POST", DEPARTMENTS, body, content_type=kind)
    assert_problem(answer, status, code)
    assert Department.objects.count() == count


def test_an_unknown_field_names_the_known_ones(operator, assert_problem):
    body = assert_problem(operator.post(DEPARTMENTS, NEW | {"nmae": "x"}), 422, "invalid")
    assert body["errors"][0]["pointer"] == "#/nmae"
    assert body["errors"][0]["code"] == "unknown-field"
    assert "credit_code" in body["errors"][0]["detail"]


def test_messages_of_the_api_are_english_whatever_the_browser_says(operator, assert_problem):
    answer = operator.post(DEPARTMENTS, {}, HTTP_ACCEPT_LANGUAGE="zh-CN")
    body = assert_problem(answer, 422, "invalid")
    assert body["errors"][0]["detail"] == "This field is required."


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("page=2", 400, "unknown-parameter"),
        ("limit=0", 422, "invalid"),
        ("limit=501", 422, "invalid"),
        ("limit=ten", 422, "invalid"),
        ("limit=٣", 422, "invalid"),
        ("cursor=made-up", 400, "bad-cursor"),
        ("parent=no-id", 422, "invalid"),
    ],
)
def test_bad_parameters_are_refused(operator, assert_problem, query, status, code):
    assert_problem(operator.get(f"{DEPARTMENTS}?{query}"), status, code)


def test_pages_go_through_every_row_once_while_rows_are_added(operator):
    DepartmentFactory.create_batch(6)
    expected = set(map(str, Department.objects.values_list("pk", flat=True)))
    seen, address = [], f"{DEPARTMENTS}?limit=3"
    while address:
        answer = operator.get(address)
        body = answer.json()
        seen += [row["id"] for row in body["items"]]
        assert body["has_more"] == bool(body["next_cursor"])
        address = f"{DEPARTMENTS}?limit=3&cursor={body['next_cursor']}" if body["has_more"] else ""
        assert ('rel="next"' in answer.get("Link", "")) == body["has_more"]
        DepartmentFactory()
    assert len(seen) == len(expected) == 7
    assert set(seen) == expected


def test_a_cursor_of_another_list_is_refused(operator, assert_problem):
    DepartmentFactory.create_batch(2)
    cursor = operator.get(f"{DEPARTMENTS}?limit=1").json()["next_cursor"]
    assert_problem(operator.get(f"/api/v1/members?cursor={cursor}"), 400, "bad-cursor")


@pytest.mark.parametrize("pk", ["1", "no-id", "01930000-0000-7000-8000-000000000001", "%00", "é"])
def test_an_absent_row_is_not_found(operator, assert_problem, pk):
    assert_problem(operator.get(f"{DEPARTMENTS}/{pk}"), 404, "not-found")


def test_an_unchanged_row_is_not_sent_twice(operator):
    address = f"{DEPARTMENTS}/{DepartmentFactory().pk}"
    first = operator.get(address)
    again = operator.get(address, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


@pytest.mark.parametrize("etag", ["1", '"one"', '"1", "2"', "*", '"99999999999"'])
def test_if_match_takes_one_etag_as_it_was_given(operator, assert_problem, etag):
    row = DepartmentFactory()
    answer = operator.patch(f"{DEPARTMENTS}/{row.pk}", {"name": "新名"}, HTTP_IF_MATCH=etag)
    assert_problem(answer, 428, "precondition-required")
    assert Department.objects.get(pk=row.pk).name == row.name


def test_a_method_that_is_not_known(operator, assert_problem):
    answer = operator.delete(f"{DEPARTMENTS}/{DepartmentFactory().pk}")
    assert_problem(answer, 405, "method-not-allowed")


def test_an_address_nobody_serves_is_a_problem_in_the_api(client, assert_problem, db):
    assert_problem(client.get("/api/v1/nowhere"), 404, "not-found")


def test_a_fault_of_ours_is_a_problem_without_its_cause(operator, assert_problem, monkeypatch):
    operator.raise_request_exception = False
    monkeypatch.setattr(
        "accounts.api.views.people.register_department", lambda **given: {}["secret of ours"]
    )
    body = assert_problem(operator.post(DEPARTMENTS, NEW), 500, "internal")
    assert "secret" not in str(body)


def test_answers_of_the_api_are_kept_by_nobody(operator):
    assert operator.get(DEPARTMENTS)["Cache-Control"] == "private, no-store"


def test_an_offered_request_id_is_used_when_it_is_harmless(operator):
    assert (
        operator.get(DEPARTMENTS, HTTP_X_REQUEST_ID="caller-12345")["X-Request-Id"]
        == "caller-12345"
    )
    made = operator.get(DEPARTMENTS, HTTP_X_REQUEST_ID="a b\tc<script>")["X-Request-Id"]
    assert len(made) == 36
