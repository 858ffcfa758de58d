"""Disputes in the portal: opened from what is disputed, taken further step by step."""

import pytest

from exchange.actions.answers import refuse_request
from exchange.actions.requests import agree_request
from exchange.models import Dispute
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(world):
    request = agree_request(world.submit(["code", "name"]), actor=world.actor("asker_head"))
    world.refusal(request)
    return refuse_request(request, actor=world.actor("head"))


@pytest.fixture
def dispute(world, refused):
    address = f"/disputes/new?request={refused.pk}"
    answer = browser_of(world.people["asker_head"]).post(address, {"claim": "应当共享"})
    assert answer.status_code == 302, text(answer)
    return Dispute.objects.get()


def post(browser, dispute, verb, **data):
    return browser.post(f"/disputes/{dispute.pk}/{verb}", data)


def test_it_is_opened_from_the_request(world, refused):
    page = text(browser_of(world.people["asker_head"]).get(f"/requests/{refused.pk}"))
    assert f"/disputes/new?request={refused.pk}" in page
    steward = browser_of(world.people["asker"])
    assert steward.get(f"/disputes/new?request={refused.pk}").status_code == 403


def test_to_the_authority_and_decided_and_the_refusal_falls(world, dispute, member_of, refused):
    provider = browser_of(world.people["head"])
    assert post(provider, dispute, "respond", response="与职责不符").status_code == 302
    authority = browser_of(member_of("authority"))
    assert "/refer" not in text(authority.get(f"/disputes/{dispute.pk}"))
    assert post(provider, dispute, "refer").status_code == 302
    page = text(authority.get("/disputes"))
    assert f"/disputes/{dispute.pk}" in page
    said = {"outcome": "upheld", "decision": "应予共享", "document": "数据函〔2026〕2号"}
    assert post(authority, dispute, "decide", **said).status_code == 302
    refused.refresh_from_db()
    assert refused.state == "received"
    assert "应予共享" in text(provider.get(f"/disputes/{dispute.pk}"))


def test_what_is_refused_is_said_and_changes_nothing(world, dispute, member_of):
    assert post(browser_of(world.people["asker"]), dispute, "withdraw").status_code == 403
    assert post(browser_of(world.people["asker_head"]), dispute, "settle").status_code == 422
    assert browser_of(member_of("head")).get(f"/disputes/{dispute.pk}").status_code == 404
    dispute.refresh_from_db()
    assert dispute.state == "negotiating"


def test_without_a_subject_there_is_nothing_to_dispute(world):
    head = browser_of(world.people["head"])
    assert head.get("/disputes/new").status_code == 404
    assert head.get("/disputes/new?grant=x").status_code == 404
