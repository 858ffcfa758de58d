"""JSON for whoever asks for it or for anything; whoever wants only something else is refused."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db
SIGN_IN = "/api/v1/sign-in"


@pytest.mark.parametrize("asked", ["*/*", "application/json", "text/html, */*;q=0.1", None])
def test_json_is_what_everybody_gets(api, member_of, asked):
    told = {} if asked is None else {"HTTP_ACCEPT": asked}
    answer = api(member_of("steward")).get("/api/v1/me", **told)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_nothing_but_a_picture_is_not_to_be_had(api, member_of, assert_problem):
    answer = api(member_of("steward")).get("/api/v1/me", HTTP_ACCEPT="image/png")
    assert_problem(answer, 406, "not-acceptable")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("application/json", 403), ("application/json; charset=utf-8", 403), ("text/plain", 415)],
)
def test_a_body_is_json_with_or_without_its_charset(api, kind, status):
    body = '{"username": "nobody", "password": "wrong"}'
    assert api().post(SIGN_IN, data=body, content_type=kind).status_code == status
