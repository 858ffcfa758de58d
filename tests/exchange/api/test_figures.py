"""The numbers of sharing over the API: the same as on the dashboard."""

import pytest
from django.utils import timezone

from exchange.models import GrantDay
from tests.factories.exchange import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(official_calendar, settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"
    made = make_world()
    GrantDay.objects.create(grant=made.grant(), day=timezone.localdate(), calls=3, rows=500)
    return made


def test_the_authority_reads_the_numbers_of_all(world, api, member_of):
    body = api(member_of("authority")).get("/api/v1/figures").json()
    assert body["total"]["rows_given"] == 500
    assert body["rates"]["consented"] == 1.0
    assert body["step"] == "month"
    assert str(world.provider.pk) in {row["department"] for row in body["departments"]}


def test_a_head_reads_the_own_numbers_and_flows(world, api, member_of, assert_problem):
    client = api(member_of("head", world.requester))
    body = client.get("/api/v1/figures").json()
    assert [row["department"] for row in body["departments"]] == [str(world.requester.pk)]
    flows = client.get("/api/v1/supply").json()["items"]
    assert [(flow["receiver"], flow["rows"]) for flow in flows] == [(str(world.requester.pk), 500)]
    other = client.get("/api/v1/figures", {"department": str(world.provider.pk)})
    assert_problem(other, 404, "not-found")


def test_a_period_that_ends_before_it_begins_is_refused(api, member_of, assert_problem):
    client = api(member_of("authority"))
    answer = client.get("/api/v1/figures", {"since": "2026-02-02", "until": "2026-01-01"})
    assert_problem(answer, 422, "invalid")
