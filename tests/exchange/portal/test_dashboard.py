"""The dashboard: every number stands for its list, each chart has its table, nobody sees more."""

import re

import pytest
from django.utils import timezone

from exchange.models import GrantDay
from tests.factories.accounts import DepartmentFactory
from tests.factories.exchange import make_world
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(official_calendar, settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"
    made = make_world()
    GrantDay.objects.create(grant=made.grant(), day=timezone.localdate(), calls=3, rows=51234)
    return made


@pytest.fixture
def authority(department):
    return browser_of(member_with(("authority",), department))


@pytest.mark.parametrize("address", ["/dashboard", "/dashboard/wall", "/dashboard/supply"])
def test_the_authority_sees_all_departments(world, authority, address):
    page = text(authority.get(address))
    assert "51,234" in page
    assert world.provider.name in page
    assert 'style="' not in page


def test_each_chart_has_its_table(world, authority):
    for address in ("/dashboard", "/dashboard/wall"):
        page = text(authority.get(address))
        charts = re.findall(r'data-table="([\w-]+)"', page)
        assert charts
        assert [name for name in charts if f'<table id="{name}"' not in page] == []


def test_every_number_leads_to_a_list_that_is_there(world, authority):
    found = authority.get("/dashboard").context
    lines = [address for _line, links in found["lines"] for address in links.values()]
    addresses = {tile.address for tile in found["tiles"]} | set(lines)
    assert {a: s for a in addresses if (s := authority.get(a).status_code) != 200} == {}


def test_a_head_sees_the_own_department_alone(world):
    head = browser_of(member_with(("head",), world.requester))
    page = text(head.get("/dashboard"))
    assert world.requester.name in page
    assert world.provider.name not in page
    assert world.provider.name in text(head.get("/dashboard/supply"))
    asked = head.get("/dashboard", {"department": str(world.provider.pk)})
    assert world.provider.name not in text(asked)


def test_it_is_not_for_everybody(world):
    assert browser_of(member_with(("steward",), None)).get("/dashboard").status_code == 403


def test_one_department_and_another_period_can_be_asked_for(world, authority):
    page = authority.get("/dashboard", {"department": str(world.provider.pk), "period": "365"})
    assert [line.name for line, _links in page.context["lines"]] == [world.provider.name]
    assert len(page.context["series"]) == 13


def test_the_numbers_are_saved_as_a_file(world, authority):
    answer = authority.get("/dashboard", {"as": "csv"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert any(world.provider.name in line and "51234" in line for line in lines)


def test_the_wall_reads_itself_anew(world, authority):
    assert 'hx-trigger="every 60s"' in text(authority.get("/dashboard/wall"))
    fragment = text(authority.get("/dashboard/wall", headers={"HX-Request": "true"}))
    assert "<html" not in fragment
    assert "51,234" in fragment


def test_a_dashboard_needs_as_many_queries_for_many_departments(
    world, authority, django_assert_max_num_queries
):
    for _ in range(10):
        DepartmentFactory()
    with django_assert_max_num_queries(22):
        authority.get("/dashboard")
