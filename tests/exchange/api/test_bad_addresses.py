"""Bad parameters, ids, methods and addresses: a 4xx problem that names the place."""

import pytest

from tests.factories.exchange import make_world, row
from tests.people import client_for
from tests.problems import refused


@pytest.mark.parametrize(
    ("query", "status", "place"),
    [
        ("limit=0", 422, "#/limit"),
        ("limit=-1", 422, "#/limit"),
        ("limit=abc", 422, "#/limit"),
        ("limit=1.5", 422, "#/limit"),
        ("limit=100001", 422, "#/limit"),
        ("limit=" + "9" * 5000, 422, "#/limit"),
        ("limit=%C2%B2", 422, "#/limit"),
        ("limit=%00", 422, "limit"),
        ("cursor=x", 400, "bad-cursor"),
        ("cursor=%00", 422, "cursor"),
        ("cursor=" + "a" * 5000, 400, "bad-cursor"),
        ("cursor=%FF%FE", 422, "#/cursor"),
        ("after=3", 400, "after"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bad_parameters_of_a_read_are_named(world, client_of, unchanged, query, status, place):
    world.publish([row("110101")])
    lane = world.subscribe()
    for deed in ("changes", "deliveries"):
        with unchanged():
            answer = client_of("reader").get(f"/api/v1/subscriptions/{lane.pk}/{deed}?{query}")
        if deed == "deliveries" and query == "limit=100001":
            place = "#/limit"
        refused(answer, status, place)


@pytest.mark.parametrize("nouns", ["datasets", "requests", "grants", "subscriptions"])
def test_bad_parameters_of_a_list_are_named(client_of, nouns):
    steward = client_of("steward")
    for query, status, place in (
        ("state=%00", 422, "state"),
        ("limit=501", 422, "#/limit"),
        ("cursor=x", 400, "bad-cursor"),
        ("colour=red", 400, "colour"),
        ("department=x" if nouns in ("datasets", "requests", "grants") else "grant=x", 422, "#/"),
    ):
        refused(steward.get(f"/api/v1/{nouns}?{query}"), status, place)


@pytest.mark.parametrize(
    "pk", ["x", "0", "%00", "..", "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b01", "{id}", "%F0%9F%98%80"]
)
def test_an_id_that_is_none_is_not_found(client_of, pk):
    for nouns in ("datasets", "requests", "grants", "subscriptions"):
        refused(client_of("steward").get(f"/api/v1/{nouns}/{pk}"), 404)
    refused(client_of("publisher").get(f"/api/v1/datasets/{pk}/batches"), 404)


def test_a_method_that_is_not_served_is_refused_with_and_without_a_key(world, client_of):
    address = f"/api/v1/datasets/{world.dataset.pk}"
    for headers in ({}, {"Idempotency-Key": "k-1"}):
        for method in ("post", "put", "delete"):
            answer = getattr(client_of("steward"), method)(address, {}, headers=headers)
            refused(answer, 405)
            assert "GET" in answer["Allow"]


def test_a_department_that_is_not_ones_own_is_refused(world):
    stranger = make_world()
    for value, status in (
        (str(stranger.provider.pk), 403),
        ("x", 403),
        ("\x00", 403),
    ):
        client = client_for(world.people["steward"])
        client.credentials(**{**client._credentials, "HTTP_X_ACTING_DEPARTMENT": value})
        answer = client.get("/api/v1/datasets")
        refused(answer, status)


def test_an_address_nobody_serves_is_a_problem_too(client_of):
    refused(client_of("steward").get("/api/v1/colours"), 404)
    refused(client_of("steward").get("/api/v1/datasets/"), 404)
