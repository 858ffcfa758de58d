"""Signing in at an identity provider: a real one over HTTP, and every way in which it may lie."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from django.test import Client
from joserfc.jwk import OctKey

from accounts.models import AuditEvent, SessionToken, User
from tests.factories.accounts import PASSWORD, MemberFactory
from tests.identityprovider import SECRET, identity_provider
from tests.portal import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    settings.PUBLIC_URL = "http://testserver"
    with identity_provider(settings) as found:
        yield found


@pytest.fixture
def member():
    return MemberFactory(user__identity="330102")


def way_back(client, start="/sign-in/identity"):
    """Where the provider sends the browser back to."""
    there = client.get(start)["Location"]
    return httpx2.get(there, trust_env=False).headers["Location"].removeprefix("http://testserver")


def refused(answer):
    assert answer.status_code in (403, 502)
    assert not SessionToken.objects.exists()
    return True


def test_a_linked_person_comes_in_and_goes_where_they_wanted(provider, member, client):
    answer = client.get(way_back(client, "/sign-in/identity?next=/account"))
    assert (answer.status_code, answer["Location"]) == (302, "/account")
    assert member.user.name in text(client.get("/account"))
    token = SessionToken.objects.get()
    assert (token.user_id, token.method, token.factor) == (member.user_id, "oidc", "")
    assert AuditEvent.objects.get(verb="session.opened").detail["method"] == "oidc"


def test_what_is_asked_has_pkce_a_state_and_a_nonce_that_are_new_each_time(provider, client):
    asked = [parse_qs(urlsplit(client.get("/sign-in/identity")["Location"]).query) for _ in "ab"]
    for one in asked:
        assert one["code_challenge_method"] == ["S256"]
        assert one["redirect_uri"] == ["http://testserver/sign-in/identity/return"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]


def test_nobody_is_made_by_signing_in(provider, client):
    MemberFactory()
    people = User.objects.count()
    assert refused(client.get(way_back(client)))
    assert User.objects.count() == people


@pytest.mark.parametrize("field", ["is_active", "user__is_active", "department__is_active"])
def test_who_may_not_sign_in_here_does_not_through_the_provider(provider, client, field):
    MemberFactory(user__identity="330102", **{field: False})
    assert refused(client.get(way_back(client)))


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"iss": "https://elsewhere.example"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"azp": "another-client"},
        {"sub": None},
    ],
)
def test_a_token_that_does_not_fit_opens_nothing(provider, member, client, lies):
    provider.lies = lies
    assert refused(client.get(way_back(client)))


def test_a_token_of_another_key_opens_nothing(provider, member, client):
    provider.key = provider.keys[1]
    assert refused(client.get(way_back(client)))


def test_neither_does_one_without_a_signature_or_one_made_with_our_own_secret(
    provider, member, client
):
    provider.algorithm = "none"
    assert refused(client.get(way_back(client)))
    provider.algorithm, provider.key = "HS256", OctKey.import_key(SECRET)
    assert refused(client.get(way_back(client)))


def test_a_way_back_serves_once_and_in_the_browser_that_went(provider, member, client):
    back = way_back(client)
    assert refused(Client().get(back))
    assert client.get(back).status_code == 302
    client.post("/sign-out")
    SessionToken.objects.all().delete()
    assert refused(client.get(back))


def test_an_answer_with_another_state_or_of_another_issuer_is_refused(provider, member, client):
    for change in (("state=", "state=x"), ("state=", "iss=https%3A%2F%2Fevil.example&state=")):
        assert refused(client.get(way_back(client).replace(*change)))


def test_a_claim_that_stands_beside_the_token_is_taken_of_the_same_person_only(
    provider, client, settings
):
    settings.OIDC_CLAIM = "employee_number"
    MemberFactory(user__identity="E-7")
    provider.more = {"employee_number": "E-7", "sub": "somebody else"}
    assert refused(client.get(way_back(client)))
    provider.more = {"employee_number": "E-7"}
    assert client.get(way_back(client)).status_code == 302


def test_a_provider_that_is_away_says_so_and_passwords_go_on(provider, member, client):
    provider.stop()
    answer = client.get("/sign-in/identity")
    assert answer.status_code in (502, 504)
    form = {"username": member.user.username, "password": PASSWORD}
    assert client.post("/sign-in", form).status_code == 302


def test_where_the_egress_list_does_not_name_the_provider_nothing_is_asked(
    provider, client, settings
):
    settings.EGRESS_TEST_ADDRESSES = []
    assert client.get("/sign-in/identity").status_code == 502


def test_the_page_offers_what_there_is(provider, client, settings):
    page = text(client.get("/sign-in"))
    assert "统一身份认证登录" in page
    assert 'name="password"' in page
    settings.PASSWORD_SIGN_IN = False
    assert 'name="password"' not in text(client.get("/sign-in"))
    settings.OIDC_ISSUER = ""
    assert "统一身份认证登录" not in text(client.get("/sign-in"))
    assert client.get("/sign-in/identity")["Location"] == "/sign-in"


def test_a_role_that_needs_a_second_factor_has_it_from_a_strong_provider_only(
    provider, client, settings
):
    settings.SECOND_FACTOR_ROLES = ["auditor"]
    MemberFactory(user__identity="330102", roles=["auditor"])
    client.get(way_back(client))
    assert client.get("/")["Location"] == "/account/second-factor"
    settings.OIDC_STRONG = True
    client.get(way_back(client))
    assert client.get("/").status_code == 200
