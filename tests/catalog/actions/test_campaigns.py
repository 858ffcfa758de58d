"""The census: who opens it, who confirms, and what stands in a confirmation."""

from datetime import UTC, date, datetime

import pytest

from accounts.errors import DepartmentClosed
from accounts.models import AuditEvent
from catalog.actions.campaigns import close_campaign, confirm_task, open_campaign, return_task
from catalog.errors import CampaignClosed
from catalog.models import Campaign, CampaignTask
from catalog.quality.completeness import CENSUS_NUMBERS
from catalog.search.indexing import refresh
from kernel.errors import Forbidden, IllegalMove, Invalid
from tests.factories.accounts import DepartmentFactory
from tests.factories.catalog import published_resource

NAME, DUE = "2026年政务信息资源大普查", date(2026, 12, 25)


@pytest.fixture(autouse=True)
def november(db, time_machine):
    time_machine.move_to(datetime(2026, 11, 22, 1, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def campaign(cast):
    return open_campaign(
        actor=cast.actor("authority"), name=NAME, due_on=DUE, departments=[cast.civil, cast.third]
    )


@pytest.fixture
def task(cast, campaign):
    return campaign.tasks.get(department=cast.civil)


def test_every_living_department_gets_a_task(cast):
    closed = DepartmentFactory(is_active=False)

    campaign = open_campaign(actor=cast.actor("authority"), name=NAME, due_on=DUE)

    assert campaign.opens_on == date(2026, 11, 22)
    asked = set(campaign.tasks.values_list("department", "state"))
    assert asked == {(one.pk, "open") for one in (cast.civil, cast.bureau, cast.third)}
    assert closed.pk not in {key for key, _ in asked}
    assert AuditEvent.objects.get().detail == {"due_on": "2026-12-25", "tasks": 3}


def test_a_department_named_twice_has_one_task(cast):
    campaign = open_campaign(
        actor=cast.actor("authority"), name=NAME, due_on=DUE, departments=[cast.civil, cast.civil]
    )
    assert campaign.tasks.count() == 1


@pytest.mark.parametrize(
    "days",
    [{"due_on": date(2026, 11, 21)}, {"due_on": DUE, "opens_on": date(2026, 12, 26)}],
)
def test_a_census_does_not_end_before_it_begins(cast, days):
    with pytest.raises(Invalid):
        open_campaign(actor=cast.actor("authority"), name=NAME, **days)
    assert not Campaign.objects.exists()


def test_a_closed_department_is_not_asked(cast):
    closed = DepartmentFactory(is_active=False)
    with pytest.raises(DepartmentClosed):
        open_campaign(
            actor=cast.actor("authority"), name=NAME, due_on=DUE, departments=[cast.civil, closed]
        )
    assert not Campaign.objects.exists()


def test_a_census_asks_somebody(cast):
    with pytest.raises(Invalid):
        open_campaign(actor=cast.actor("authority"), name=NAME, due_on=DUE, departments=[])


@pytest.mark.parametrize("who", ["head", "steward", "desk", "auditor", "operator"])
def test_the_authority_alone_opens_returns_and_closes(cast, campaign, task, who):
    actor = cast.actor(who)
    confirm_task(task, actor=cast.actor("head"))
    with pytest.raises(Forbidden):
        open_campaign(actor=actor, name=NAME, due_on=DUE)
    with pytest.raises(Forbidden):
        return_task(task, actor=actor, reason="缺数据")
    with pytest.raises(Forbidden):
        close_campaign(campaign, actor=actor)
    assert list(Campaign.objects.values_list("state", flat=True)) == ["open"]


def test_the_head_confirms_and_what_the_department_has_is_kept(cast, task):
    numbers = dict.fromkeys(CENSUS_NUMBERS, "1.5")
    rows = [published_resource(cast.civil, **numbers), published_resource(cast.civil)]
    refresh([row.pk for row in rows])

    confirm_task(task, actor=cast.actor("head"))

    task.refresh_from_db()
    assert (task.state, task.confirmed_by) == ("confirmed", cast.actor("head").id)
    assert task.counts["in_force"] == 2
    assert task.counts["with_numbers"] == 1
    assert task.counts["storage_gb"] == "1.5000"
    assert task.counts["attached"] == 0
    assert AuditEvent.objects.get(verb="campaign.confirmed").detail == {"entries": 2}


@pytest.mark.parametrize("who", ["steward", "third head", "authority", "auditor"])
def test_only_the_departments_own_head_confirms(cast, task, who):
    with pytest.raises(Forbidden):
        confirm_task(task, actor=cast.actor(who))
    task.refresh_from_db()
    assert (task.state, task.counts) == ("open", {})


def test_a_confirmation_sent_back_is_given_anew(cast, task):
    head = cast.actor("head")
    confirm_task(task, actor=head)
    with pytest.raises(IllegalMove):
        confirm_task(task, actor=head)

    return_task(task, actor=cast.actor("authority"), reason="尚有12条目录未填存储总量")
    assert (task.state, task.return_reason) == ("returned", "尚有12条目录未填存储总量")

    confirm_task(task, actor=head)
    assert (task.state, task.return_reason) == ("confirmed", "")


def test_after_the_close_nothing_moves(cast, campaign, task):
    confirm_task(task, actor=cast.actor("head"))
    authority = cast.actor("authority")

    close_campaign(campaign, actor=authority)

    assert AuditEvent.objects.get(verb="campaign.closed").detail == {"not_confirmed": 1}
    other = campaign.tasks.get(department=cast.third)
    with pytest.raises(CampaignClosed):
        confirm_task(other, actor=cast.actor("third head"))
    with pytest.raises(CampaignClosed):
        return_task(task, actor=authority, reason="缺数据")
    with pytest.raises(IllegalMove):
        close_campaign(campaign, actor=authority)
    states = set(CampaignTask.objects.values_list("department", "state"))
    assert states == {(cast.civil.pk, "confirmed"), (cast.third.pk, "open")}
