"""The census in the portal: opened by the authority, confirmed by the heads, returned, closed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.actions.campaigns import open_campaign
from catalog.models import Campaign, CampaignTask
from catalog.search.indexing import refresh
from tests.factories.catalog import published_resource
from tests.people import actor_for, member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority(db):
    return member_with(("authority",), None)


@pytest.fixture
def campaign(authority, department):
    return open_campaign(
        actor=actor_for(authority),
        name="2026年普查",
        due_on=timezone.localdate() + timedelta(days=30),
        departments=[department],
    )


def test_a_census_is_opened_for_the_departments_chosen(authority, department):
    due = timezone.localdate() + timedelta(days=10)
    values = {"name": "大普查", "due_on": due.isoformat(), "departments": [department.pk]}
    answer = browser_of(authority).post("/campaigns/new", values)
    campaign = Campaign.objects.get()
    assert answer["Location"] == f"/campaigns/{campaign.pk}"
    assert [task.department for task in campaign.tasks.all()] == [department]


def test_a_census_that_ends_before_it_begins_is_refused_beside_its_day(authority):
    answer = browser_of(authority).post(
        "/campaigns/new", {"name": "大普查", "due_on": "2020-01-01"}
    )
    assert answer.status_code == 422
    assert 'href="#open_due_on"' in text(answer)
    assert not Campaign.objects.exists()


def test_the_head_confirms_what_there_is_and_the_authority_returns_it(
    authority, department, campaign
):
    refresh([published_resource(department).pk])
    task = CampaignTask.objects.get()
    head = browser_of(member_with(("head",), department))
    page = head.get(f"/campaign-tasks/{task.pk}")
    assert "确认本部门目录" in text(page)
    head.post(f"/campaign-tasks/{task.pk}/confirm")
    task.refresh_from_db()
    assert (task.state, task.counts["in_force"]) == ("confirmed", 1)
    office = browser_of(authority)
    assert "1 / 1" in text(office.get("/campaigns"))
    office.post(f"/campaign-tasks/{task.pk}/return", {"reason": "普查数据不全"})
    assert "普查数据不全" in text(head.get(f"/campaign-tasks/{task.pk}"))
    office.post(f"/campaigns/{campaign.pk}/close")
    campaign.refresh_from_db()
    assert campaign.state == "closed"
    assert head.post(f"/campaign-tasks/{task.pk}/confirm").status_code == 409


def test_parts_of_others_are_not_seen_and_a_steward_confirms_nothing(department, campaign):
    task = CampaignTask.objects.get()
    stranger = browser_of(member_with(("head",), None))
    assert stranger.get(f"/campaign-tasks/{task.pk}").status_code == 404
    steward = browser_of(member_with(("steward",), department))
    assert steward.post(f"/campaign-tasks/{task.pk}/confirm").status_code == 403
    task.refresh_from_db()
    assert task.state == "open"
