"""Limits of the doors: by key, by address, by class; each answer says how one stands."""

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.urls import get_resolver
from rest_framework.test import APIClient

from config import ratelimits as doors
from config.ratelimits import CallerLimit, class_of, limits_of
from kernel import ratelimits
from tests.factories.accounts import CredentialFactory, SystemFactory

ME = "/api/v1/me"


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()
    ratelimits.forget()
    yield
    ratelimits.forget()


@pytest.fixture
def by_key(settings, monkeypatch):
    settings.RATE_LIMITS = ["reads=3/3600"]
    monkeypatch.setattr(CallerLimit, "limits", limits_of(settings.RATE_LIMITS))


def client_of(system):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {CredentialFactory(system=system).secret}")
    return client


def test_a_key_that_calls_too_often_is_told_when_to_come_back(by_key, department, assert_problem):
    system = SystemFactory(department=department)
    client, other = client_of(system), client_of(system)
    answers = [client.get(ME) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0]["RateLimit-Policy"] == '"reads";q=3;w=3600'
    assert answers[2]["RateLimit"].startswith('"reads";r=0;t=')
    refused = client.get(ME)
    problem = assert_problem(refused, 429, "rate-limited")
    assert int(refused["Retry-After"]) == problem["retry_after"] <= 3600
    assert refused["RateLimit"] == f'"reads";r=0;t={problem["retry_after"]}'
    assert other.get(ME).status_code == 200
    assert client.post("/api/v1/sign-out", {}).status_code == 422


def test_a_wrong_key_counts_for_its_address_and_for_no_key(
    settings, by_key, department, assert_problem
):
    settings.RATE_LIMITS_ADDRESS = ["reads=5/3600"]
    right = client_of(SystemFactory(department=department))
    wrong = APIClient()
    wrong.credentials(HTTP_AUTHORIZATION="Bearer sqk_0123456789_wrong", REMOTE_ADDR="10.0.0.9")
    for _ in range(5):
        assert_problem(wrong.get(ME), 401, "unauthenticated")
    refused = wrong.get(ME)
    assert_problem(refused, 429, "rate-limited")
    assert refused["RateLimit-Policy"] == '"reads-address";q=5;w=3600'
    answer = right.get(ME)
    assert answer.status_code == 200
    assert answer["RateLimit-Policy"] == '"reads-address";q=5;w=3600, "reads";q=3;w=3600'


def test_signing_in_is_limited_by_address(settings, db, assert_problem):
    settings.RATE_LIMITS_ADDRESS = ["sign-ins=2/3600"]
    client, body = APIClient(), {"username": "nobody", "password": "wrong"}
    for _ in range(2):
        assert client.post("/api/v1/sign-in", body).status_code == 403
    assert_problem(client.post("/api/v1/sign-in", body), 429, "rate-limited")
    assert_problem(client.post("/api/v1/oauth/token", {}), 429, "rate-limited")
    assert client.get("/healthz").status_code == 200


def test_without_limits_there_is_no_counting(db):
    assert "RateLimit" not in APIClient().get(ME)


def test_the_classes_name_addresses_that_there_are():
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    named = {*doors._BY_NAME, *doors._BY_NAME_WHEN_SENT, *doors._UNLIMITED}
    assert named <= names
    assert class_of("dataset-lookup", "POST") == "lookups"
    assert class_of("batch-list", "POST") == "publications"
    assert class_of("batch-list", "GET") == "reads"
    assert class_of("resource-submit", "POST") == "other"
    assert class_of("sign-in-page", "GET") == "reads"
    assert class_of("metrics", "GET") == ""


@pytest.mark.parametrize("word", ["reads", "reads=1", "reads=a/b", "everything=1/60"])
def test_what_is_no_limit_stops_the_start(word):
    with pytest.raises(ImproperlyConfigured, match="reads=6000/60"):
        limits_of([word])
