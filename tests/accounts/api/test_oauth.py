"""OAuth 2.0 for information systems: tokens of short life, what they are, and their end."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone
from oauthlib.oauth2 import BackendApplicationClient
from rest_framework.test import APIClient

from accounts import keys
from accounts.actions.credentials import (
    expire_calls,
    issue_credential,
    revoke_credential,
    set_access,
)
from accounts.actor import CLOCK
from accounts.models import AccessToken, AuditEvent
from tests.factories.accounts import SystemFactory

TOKEN, INTROSPECT, REVOKE = (f"/api/v1/oauth/{deed}" for deed in ("token", "introspect", "revoke"))
FORM = "application/x-www-form-urlencoded"
ME = "/api/v1/me"


@pytest.fixture
def system(department):
    return SystemFactory(department=department)


@pytest.fixture
def client_of(system):
    return issue_credential(system, actor=CLOCK, kind="client")


def basic(issued):
    row, secret = issued
    told = base64.b64encode(f"{row.prefix}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {told}"}


def send(address, form, issued=None, **headers):
    told = basic(issued) if issued else {}
    return APIClient().generic("POST", address, form, content_type=FORM, headers=told | headers)


def token_of(issued, form="grant_type=client_credentials"):
    answer = send(TOKEN, form, issued)
    assert answer.status_code == 200, answer.content
    return answer.json()["access_token"]


def call(token, address=ME):
    return APIClient().get(address, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("told", ["Basic é", "Basic !", "Basic AAAAOnNlY3JldA==", "Basic /w=="])
def test_what_is_no_name_and_secret_opens_nothing(client_of, told):
    answer = send(TOKEN, "grant_type=client_credentials", Authorization=told)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert not AccessToken.objects.exists()


def test_a_client_library_gets_a_token_and_calls_with_it(system, client_of):
    row, secret = client_of
    library = BackendApplicationClient(client_id=row.prefix)
    body = library.prepare_request_body(include_client_id=True, client_secret=secret)
    answer = send(TOKEN, body)
    assert answer["Cache-Control"] == "no-store"
    told = library.parse_request_body_response(answer.content.decode())
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 600)
    assert told["scope"] == ["read", "publish", "signals"]
    assert call(told["access_token"]).json()["name"] == system.name
    kept = AccessToken.objects.get()
    assert kept.digest == keys.digest(told["access_token"])
    assert told["access_token"] not in str(list(AuditEvent.objects.values()))
    assert secret not in str(list(AuditEvent.objects.values()))


def test_the_endpoints_are_found(settings):
    told = APIClient().get("/.well-known/oauth-authorization-server").json()
    assert told["issuer"] == settings.PUBLIC_URL
    assert told["token_endpoint"] == settings.PUBLIC_URL + TOKEN
    assert told["introspection_endpoint"] == settings.PUBLIC_URL + INTROSPECT
    assert told["revocation_endpoint"] == settings.PUBLIC_URL + REVOKE
    assert told["grant_types_supported"] == ["client_credentials"]
    assert told["scopes_supported"] == ["read", "publish", "signals"]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ("", 400, "invalid_request"),
        ("grant_type=password&username=a&password=b", 400, "unsupported_grant_type"),
        ("grant_type=client_credentials&scope=everything", 400, "invalid_scope"),
        (
            "grant_type=client_credentials&grant_type=client_credentials",
            400,
            "invalid_request",
        ),
    ],
)
def test_what_is_not_asked_as_it_should_be_gets_nothing(client_of, form, status, error):
    answer = send(TOKEN, form, client_of)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer["Content-Type"] == "application/json"
    assert not AccessToken.objects.exists()


def test_a_wrong_secret_gets_nothing(client_of):
    row, secret = client_of
    for wrong in ((row, secret[:-1] + "~"), (row, ""), None):
        answer = send(TOKEN, "grant_type=client_credentials", wrong)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer["WWW-Authenticate"] == "Basic"
    assert not AccessToken.objects.exists()


def test_other_keys_get_no_tokens_and_a_client_secret_opens_nothing_itself(system, client_of):
    bearer = issue_credential(system, actor=CLOCK)
    assert send(TOKEN, "grant_type=client_credentials", bearer).status_code == 401
    assert call(client_of[1]).status_code == 401
    assert not AccessToken.objects.exists()


def test_a_token_has_at_most_the_scopes_of_its_client(system):
    client = issue_credential(system, actor=CLOCK, kind="client", scopes=["read", "signals"])
    for scope in ("publish", "read publish"):
        form = f"grant_type=client_credentials&scope={scope.replace(' ', '+')}"
        assert send(TOKEN, form, client).json()["error"] == "invalid_scope"
    token = token_of(client, "grant_type=client_credentials&scope=signals")
    assert call(token, "/api/v1/datasets").json()["items"] == []
    assert call(token, f"/api/v1/systems/{system.pk}/signals").status_code == 200
    assert AccessToken.objects.get().scopes == ["signals"]


def test_a_token_ends_with_its_time(client_of, assert_problem):
    token = token_of(client_of)
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert_problem(call(token), 401, "unauthenticated")
    assert expire_calls(actor=CLOCK) == 0
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(days=2))
    assert expire_calls(actor=CLOCK) == 1
    assert not AccessToken.objects.exists()


def test_a_token_ends_with_its_client_and_with_its_system(system, client_of, assert_problem):
    token = token_of(client_of)
    type(system).objects.filter(pk=system.pk).update(state="suspended")
    assert_problem(call(token), 401, "unauthenticated")
    assert send(TOKEN, "grant_type=client_credentials", client_of).status_code == 401
    type(system).objects.filter(pk=system.pk).update(state="in_operation")
    assert call(token).status_code == 200
    revoke_credential(client_of[0], actor=CLOCK)
    assert_problem(call(token), 401, "unauthenticated")


def test_a_token_is_bound_to_the_access_of_its_system(system, client_of, assert_problem):
    token = token_of(client_of)
    set_access(system, actor=CLOCK, networks=["10.1.0.0/16"])
    assert_problem(call(token), 403, "network-refused")
    assert_problem(send(TOKEN, "grant_type=client_credentials", client_of), 403, "network-refused")
    set_access(system, actor=CLOCK, signed_only=True)
    assert_problem(call(token), 403, "signature-needed")
    refused = send(TOKEN, "grant_type=client_credentials", client_of)
    assert_problem(refused, 403, "signature-needed")
    assert AccessToken.objects.count() == 1


def test_a_client_asks_what_a_token_of_its_system_is(system, client_of):
    token = token_of(client_of, "grant_type=client_credentials&scope=read")
    told = send(INTROSPECT, f"token={token}", client_of).json()
    assert told["active"] is True
    assert (told["scope"], told["client_id"]) == ("read", client_of[0].prefix)
    assert told["sub"] == str(system.pk)
    assert told["exp"] - timezone.now().timestamp() <= 600
    stranger = issue_credential(SystemFactory(), actor=CLOCK, kind="client")
    for who, asked in ((stranger, token), (client_of, "sqt_unknown"), (client_of, token[:-1])):
        assert send(INTROSPECT, f"token={asked}", who).json() == {"active": False}
    assert send(INTROSPECT, "", client_of).json()["error"] == "invalid_request"
    assert send(INTROSPECT, f"token={token}").json()["error"] == "invalid_client"


def test_a_client_ends_its_own_tokens_and_no_others(system, client_of, assert_problem):
    token = token_of(client_of)
    other = issue_credential(system, actor=CLOCK, kind="client")
    assert send(REVOKE, f"token={token}", other).status_code == 200
    assert call(token).status_code == 200
    for _ in range(2):
        assert send(REVOKE, f"token={token}", client_of).status_code == 200
    assert_problem(call(token), 401, "unauthenticated")
    assert send(INTROSPECT, f"token={token}", client_of).json() == {"active": False}
    assert AuditEvent.objects.filter(verb="token.revoked").count() == 1
