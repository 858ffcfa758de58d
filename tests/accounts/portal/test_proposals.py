"""Deeds for two people on pages: proposed by one, waiting on the home page of another."""

import pytest

from accounts.models import Proposal
from tests.factories.accounts import SystemFactory
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def guard():
    return browser_of(member_with(("security_admin",), None))


@pytest.fixture
def authority():
    return browser_of(member_with(("authority",), None))


@pytest.fixture
def proposal(guard):
    system = SystemFactory()
    address = f"/proposals/new/grant.revoke_all_of_system/{system.pk}"
    assert address in text(guard.get(f"/systems/{system.pk}"))
    assert guard.post(address, {"reason": ""}).status_code == 422
    assert guard.post(address, {"reason": "系统被入侵"}).status_code == 302
    return Proposal.objects.get()


def test_what_one_proposes_waits_on_the_home_page_of_another(proposal, guard, authority):
    assert "等待双人复核的高风险操作" in text(authority.get("/"))
    assert "等待双人复核的高风险操作" not in text(guard.get("/"))
    assert "系统被入侵" in text(authority.get(f"/proposals/{proposal.pk}"))


def test_the_one_who_proposed_finds_no_button_to_confirm_and_none_works(proposal, guard):
    address = f"/proposals/{proposal.pk}"
    page = text(guard.get(address))
    assert f"{address}/confirm" not in page
    assert f"{address}/withdraw" in page
    assert guard.post(f"{address}/confirm").status_code == 403
    proposal.refresh_from_db()
    assert proposal.state == "proposed"


def test_another_confirms_and_it_is_done(proposal, authority):
    address = f"/proposals/{proposal.pk}"
    assert f"{address}/confirm" in text(authority.get(address))
    assert authority.post(f"{address}/confirm").status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == "done"
    assert authority.post(f"{address}/refuse", {"reason": "x"}).status_code == 409


def test_a_refusal_says_why(proposal, authority):
    address = f"/proposals/{proposal.pk}"
    assert authority.post(f"{address}/refuse", {"reason": ""}).status_code == 422
    assert authority.post(f"{address}/refuse", {"reason": "先核实"}).status_code == 302
    assert "先核实" in text(authority.get(address))


def test_whom_it_does_not_concern_sees_nothing_of_it(proposal, department):
    for role in ("department_admin", "head", "steward", "business_operator"):
        browser = browser_of(member_with((role,), department))
        assert str(proposal.pk) not in text(browser.get("/proposals"))
        assert browser.get(f"/proposals/{proposal.pk}").status_code == 404
        new = f"/proposals/new/{proposal.deed}/{proposal.subject_id}"
        assert browser.get(new).status_code == 404
