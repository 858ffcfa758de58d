"""Grants in the portal: both sides see them, each takes its own steps."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.models import GrantDay
from exchange.portal.bars import HEIGHT, bars
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant(world):
    return world.grant(["code", "name", "contact"], masks={"contact": {"kind": "hash"}})


def post(world, who, grant, verb, **data):
    return browser_of(world.people[who]).post(f"/grants/{grant.pk}/steps/{verb}", data)


def test_both_sides_see_it_and_a_third_does_not(world, grant, member_of):
    for who, tab in (("asker", "held"), ("steward", "given")):
        browser = browser_of(world.people[who])
        assert f"/grants/{grant.pk}" in text(browser.get(f"/grants?show={tab}"))
        page = text(browser.get(f"/grants/{grant.pk}"))
        assert "假名" in page
        assert world.reader.name in page
    assert browser_of(member_of("steward")).get(f"/grants/{grant.pk}").status_code == 404


def test_suspended_rectified_and_resumed_by_buttons(world, grant):
    assert "/steps/suspend" not in text(
        browser_of(world.people["asker_head"]).get(f"/grants/{grant.pk}")
    )
    assert post(world, "head", grant, "suspend", reason="超范围使用").status_code == 302
    page = text(browser_of(world.people["asker"]).get(f"/grants/{grant.pk}"))
    assert "超范围使用" in page
    assert post(world, "asker", grant, "rectify", rectification="已停用").status_code == 302
    assert post(world, "head", grant, "resume", reason="整改到位").status_code == 302
    grant.refresh_from_db()
    assert grant.state == "active"


def test_finished_and_disposed_of_with_a_certificate(world, grant):
    assert post(world, "asker_head", grant, "finish", reason="业务办结").status_code == 302
    certificate = f"/grants/{grant.pk}/certificate"
    browser = browser_of(world.people["steward"])
    assert browser.get(certificate).status_code == 404
    said = {"method": "覆写删除", "systems": "登记系统\n备份系统", "statement": "已全部销毁"}
    assert post(world, "asker_head", grant, "dispose", **said).status_code == 302
    grant.refresh_from_db()
    assert grant.disposal["systems"] == ["登记系统", "备份系统"]
    assert "覆写删除" in text(browser.get(certificate))


def test_what_is_refused_is_said_and_changes_nothing(world, grant):
    assert post(world, "head", grant, "suspend", reason="").status_code == 422
    assert post(world, "asker", grant, "revoke", reason="不再需要").status_code == 403
    grant.refresh_from_db()
    assert grant.state == "active"


def test_the_days_are_drawn_and_stand_in_a_table(world, grant):
    GrantDay.objects.create(grant=grant, day=timezone.localdate(), calls=3, rows=120)
    page = text(browser_of(world.people["asker"]).get(f"/grants/{grant.pk}"))
    assert "3 次调用，120 行" in page
    assert page.count("<rect ") == 30


def test_the_highest_bar_fills_the_picture():
    day = timezone.localdate()
    drawn = bars([(day - timedelta(days=1), 1, 50), (day, 2, 100)])
    assert [bar.height for bar in drawn.bars] == [HEIGHT // 2, HEIGHT]
    assert bars([(day, 0, 0)]).is_empty


def test_unused_grants_are_found(world, grant):
    browser = browser_of(world.people["asker"])
    assert f"/grants/{grant.pk}" not in text(browser.get("/grants?show=held&use=unused"))
    type(grant).objects.update(created_at=timezone.now() - timedelta(days=200))
    assert f"/grants/{grant.pk}" in text(browser.get("/grants?show=held&use=unused"))
