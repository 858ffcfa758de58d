"""Announcements of service changes in the portal: announced, answered, filed, carried out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.models import ServiceChange
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(world):
    world.grant(["code", "name"])
    said = {
        "service": f"dataset:{world.dataset.pk}",
        "kind": "stop",
        "effective_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "reason": "职能调整",
    }
    answer = browser_of(world.people["head"]).post("/announcements/new", said)
    assert answer.status_code == 302, text(answer)
    return ServiceChange.objects.get()


def post(browser, change, verb, **data):
    return browser.post(f"/announcements/{change.pk}/{verb}", data)


def test_those_served_see_it_and_answer(world, change, member_of):
    served = browser_of(world.people["asker_head"])
    assert f"/announcements/{change.pk}" in text(served.get("/announcements?show=received"))
    assert post(served, change, "reply", agrees="no", note="尚有业务").status_code == 302
    reply = change.replies.get()
    assert (reply.agrees, reply.note) == (False, "尚有业务")
    assert post(served, change, "reply", agrees="yes").status_code == 302
    reply.refresh_from_db()
    assert reply.agrees is True
    stranger = browser_of(member_of("head"))
    assert stranger.get(f"/announcements/{change.pk}").status_code == 404


def test_filed_and_not_carried_out_before_its_day(world, change, member_of):
    authority = browser_of(member_of("authority"))
    assert post(authority, change, "file", number="备〔2026〕1号").status_code == 302
    head = browser_of(world.people["head"])
    answer = post(head, change, "complete")
    assert answer.status_code == 409
    assert 'role="alert"' in text(answer)
    change.refresh_from_db()
    assert change.state == "filed"
    assert post(head, change, "withdraw").status_code == 302


def test_others_do_not_announce(world):
    assert browser_of(world.people["steward"]).get("/announcements/new").status_code == 403
