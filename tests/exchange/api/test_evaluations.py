"""The evaluation of departments over the API: counted from what really happened."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Resource
from catalog.search.indexing import refresh
from tests.factories.exchange import World, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(world: World) -> World:
    """A provider that answered in time, published good rows and was read."""
    Resource.objects.filter(pk=world.resource.pk).update(is_attached=True)
    refresh([world.resource.pk])
    world.publish([row("110101"), row("110102")])
    world.subscribe(grant=world.grant())
    return world


def values(answer, department):
    (line,) = [one for one in answer["departments"] if one["department"] == str(department.pk)]
    return line, line["values"]


def test_each_share_stands_with_its_counts_and_its_formula(api, member_of, busy):
    answer = api(member_of("authority")).get("/api/v1/evaluations").json()
    line, shares = values(answer, busy.provider)
    assert shares["answered_in_time"] == {"part": 1, "whole": 1, "share": 1.0}
    assert shares["rows_accepted"] == {"part": 2, "whole": 2, "share": 1.0}
    assert shares["attached"] == {"part": 1, "whole": 1, "share": 1.0}
    assert shares["consented"] == {"part": 1, "whole": 1, "share": 1.0}
    assert shares["corrected_in_time"] == {"part": 0, "whole": 0, "share": None}
    assert line["dimensions"]["timeliness"] == 100.0
    assert {row["code"] for row in answer["indicators"]} == set(shares)
    assert all(row["formula_zh"] and row["formula_en"] for row in answer["indicators"])


def test_a_period_before_everything_has_no_flows(api, member_of, busy):
    long_ago = timezone.localdate() - timedelta(days=400)
    client = api(member_of("authority"))
    answer = client.get(f"/api/v1/evaluations?since=2020-01-01&until={long_ago}").json()
    _, shares = values(answer, busy.provider)
    assert shares["answered_in_time"]["whole"] == 0
    assert shares["rows_accepted"]["whole"] == 0


def test_a_department_sees_itself_and_nobody_else(api, member_of, busy, assert_problem):
    client = api(member_of("head", busy.provider))
    found = client.get("/api/v1/evaluations").json()["departments"]
    assert [one["department"] for one in found] == [str(busy.provider.pk)]
    other = client.get(f"/api/v1/evaluations?department={busy.requester.pk}")
    assert_problem(other, 404, "not-found")
    assert_problem(api(member_of("steward")).get("/api/v1/evaluations"), 403, "forbidden")


@pytest.mark.parametrize(("kind", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_it_is_a_file_to_save_too(api, member_of, busy, kind, begins):
    answer = api(member_of("authority")).get(f"/api/v1/evaluations?as={kind}")
    body = b"".join(answer.streaming_content)
    assert body.startswith(begins)
    assert f".{kind}" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("query", ["as=pdf", "since=x", "since=2026-02-01&until=2026-01-01"])
def test_what_makes_no_sense_is_refused(api, member_of, query, assert_problem):
    assert_problem(api(member_of("authority")).get(f"/api/v1/evaluations?{query}"), 422, "invalid")
