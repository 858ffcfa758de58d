"""Deadlines in the portal: what one owes, what one waits for, more time, just causes, the board."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Obligation
from accounts.portal.words import article_text
from exchange.actions.requests import agree_request
from tests.portal import browser_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("official_calendar")]


@pytest.fixture
def clock(world):
    request = agree_request(world.submit(["code", "name"]), actor=world.actor("asker_head"))
    found = Obligation.objects.get(subject_id=request.pk)
    Obligation.objects.filter(pk=found.pk).update(kind="C4")
    return found


def post(world, who, clock, verb, **data):
    return browser_of(world.people[who]).post(f"/deadlines/{clock.pk}/{verb}", data)


def test_one_owes_it_and_the_other_waits_for_it(world, clock, member_of):
    owing = text(browser_of(world.people["head"]).get("/deadlines?show=ours"))
    assert f"/deadlines/{clock.pk}" in owing
    assert f"/requests/{clock.subject_id}" in owing
    waiting = browser_of(world.people["asker"])
    assert f"/deadlines/{clock.pk}" not in text(waiting.get("/deadlines?show=ours"))
    assert f"/deadlines/{clock.pk}" in text(waiting.get("/deadlines?show=awaited"))
    assert waiting.get(f"/deadlines/{clock.pk}").status_code == 200
    assert browser_of(member_of("steward")).get(f"/deadlines/{clock.pk}").status_code == 404


def test_more_time_is_asked_for_and_given_once(world, clock, member_of):
    before = clock.due_on
    assert post(world, "asker", clock, "ask_extension", workdays=5, reason="x").status_code == 403
    asked = post(world, "head", clock, "ask_extension", workdays=5, reason="数据量大")
    assert asked.status_code == 302
    authority = browser_of(member_of("authority"))
    assert "数据量大" in text(authority.get(f"/deadlines/{clock.pk}"))
    said = {"workdays": 5, "reason": "同意", "document": "数据函〔2026〕1号"}
    assert authority.post(f"/deadlines/{clock.pk}/extend", said).status_code == 302
    clock.refresh_from_db()
    assert clock.due_on > before
    assert "/extend" not in text(authority.get(f"/deadlines/{clock.pk}"))


def test_more_than_the_law_allows_is_refused_beside_the_field(world, clock):
    answer = post(world, "head", clock, "ask_extension", workdays=11, reason="数据量大")
    assert answer.status_code == 422
    clock.refresh_from_db()
    assert clock.asked_at is None


def test_a_missed_limit_is_explained(world, clock):
    Obligation.objects.update(due_on=timezone.localdate() - timedelta(days=20))
    browser = browser_of(world.people["head"])
    assert "逾期" in text(browser.get("/deadlines?standing=overdue"))
    assert post(world, "head", clock, "explain", just_cause="系统升级").status_code == 302
    clock.refresh_from_db()
    assert clock.just_cause == "系统升级"
    assert "/explain" not in text(browser.get(f"/deadlines/{clock.pk}"))


def test_the_board_and_the_rates(world, clock, member_of):
    authority = browser_of(member_of("authority"))
    board = text(authority.get("/deadlines/board"))
    assert world.provider.name in board
    empty = text(authority.get("/deadlines/on-time"))
    assert "期内没有办结事项" in empty
    Obligation.objects.update(state="met", met_at=timezone.now())
    rates = text(authority.get("/deadlines/on-time"))
    assert "100%" in rates
    assert authority.get("/deadlines/on-time?since=nonsense").status_code == 200


@pytest.mark.parametrize(("article", "said"), [("21(1)", "第21条第1款"), ("28", "第28条")])
def test_an_article_reads_as_the_law_is_cited(article, said):
    assert article_text(article) == said
