"""A call of the API with a bearer token is nobody's session; all else is as Django has it."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from rest_framework.test import APIClient

from accounts.middleware import has_token
from tests.factories.accounts import SessionTokenFactory
from tests.portal import sign_in

ME = "/api/v1/me"


@pytest.mark.parametrize(
    ("path", "told", "so"),
    [
        (ME, "Bearer sqk_x", True),
        (ME, "bEARER sqk_x", True),
        (ME, "Basic eDp5", False),
        (ME, "", False),
        ("/me", "Bearer sqk_x", False),
        ("/", "Bearer sqk_x", False),
    ],
)
def test_a_token_is_told_in_the_header_of_a_call_of_the_api(path: str, told: str, so: bool) -> None:
    assert has_token(RequestFactory().get(path, HTTP_AUTHORIZATION=told)) is so


def test_whoever_sends_a_token_is_that_one_whatever_the_session(
    db, member_of, assert_problem
) -> None:
    client, seen, token = APIClient(), member_of("steward"), member_of("head")
    sign_in(client, seen)
    assert client.get(ME).data["name"] == seen.user.name
    secret = SessionTokenFactory(user=token.user).secret
    answer = client.get(ME, HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert answer.data["name"] == token.user.name
    assert "Cookie" not in answer.get("Vary", "")
    # A token that opens nothing does not fall back on the session.
    refused = client.get(ME, HTTP_AUTHORIZATION="Bearer sqs_unknown")
    assert_problem(refused, 401, "unauthenticated")
    assert client.get("/").status_code == 200
