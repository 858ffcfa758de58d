"""Asking for data step by step: nothing typed is lost, and nothing is written before the end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.models import SharingRequest
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(world):
    return browser_of(world.people["asker"])


@pytest.fixture
def address(world):
    return f"/requests/new?resource={world.resource.pk}"


def said(world, **changes):
    """Everything that the form carries."""
    return {
        "use_name": "value",
        "use_level": "verify",
        "use_area": "none",
        "basis": "《税收征收管理法》第六条",
        "scenario": "核对纳税人注册地",
        "scope": "全省税务登记",
        "purposes": "tax-registration, 稽查",
        "system": str(world.reader.pk),
        "modes": ["interface"],
        "ends_on": (timezone.localdate() + timedelta(days=90)).isoformat(),
        "calls_per_day": "100",
        **changes,
    }


def test_the_data_is_chosen_first(world, browser):
    page = text(browser.get("/requests/new"))
    assert f"?resource={world.resource.pk}" in page
    assert browser_of(world.people["asker_head"]).get("/requests/new").status_code == 403


def test_the_steps_carry_what_was_typed(world, browser, address):
    first = text(browser.get(address))
    assert 'name="use_name"' in first
    assert 'name="use_code"' not in first
    second = browser.post(address, {"part": "items", "go": "next", "use_name": "value"})
    page = text(second)
    assert second.status_code == 200
    assert '<input type="hidden" name="use_name" value="value"' in page
    assert 'name="basis"' in page
    assert 'role="alert"' not in page
    third = browser.post(address, {"part": "purpose", "go": "next", "use_name": "value"})
    assert third.status_code == 422
    assert 'role="alert"' in text(third)
    back = text(browser.post(address, said(world, part="bounds", go="back")))
    assert "核对纳税人注册地" in back
    assert '<input type="hidden" name="calls_per_day" value="100"' in back
    assert SharingRequest.objects.count() == 0


def test_all_items_are_chosen_by_one_button(world, browser, address):
    page = text(browser.post(address, {"part": "items", "go": "all"}))
    assert page.count('<option value="value" selected>') == 5


def test_checked_and_submitted(world, browser, address):
    review = text(browser.post(address, said(world, part="bounds", go="next")))
    assert "提交申请" in review
    assert world.reader.name in review
    done = browser.post(address, said(world, part="review", go="next"))
    request = SharingRequest.objects.get()
    assert done["Location"] == f"/requests/{request.pk}"
    assert request.items == ["code", "name"]
    assert request.verify_items == ["level"]
    assert request.purposes == ["tax-registration", "稽查"]
    assert (request.modes, request.calls_per_day) == (["interface"], 100)


def test_a_refusal_shows_the_step_where_it_can_be_mended(world, browser, address):
    wrong = said(world, part="review", go="next", networks="no network")
    answer = browser.post(address, wrong)
    page = text(answer)
    assert answer.status_code == 422
    assert 'name="part" value="bounds"' in page
    assert "no network" in page
    assert SharingRequest.objects.count() == 0


def test_an_earlier_request_is_said_again(world, browser):
    like = world.submit(["code", "name"], verify_items=["level"])
    page = text(browser.get(f"/requests/new?like={like.pk}"))
    assert '<option value="value" selected>' in page
    assert '<option value="verify" selected>' in page
    assert f'name="basis" value="{like.basis}"' in page


def test_an_amendment_names_the_grant_that_it_changes(world, browser):
    grant = world.grant(["code", "name"])
    address = f"/requests/new?amends={grant.pk}"
    assert browser.get(address).status_code == 200
    browser.post(address, said(world, part="review", go="next"))
    request = SharingRequest.objects.latest("created_at")
    assert request.amends_id == grant.pk


def test_what_one_may_not_see_is_not_there(world, browser, member_of):
    like = world.submit(["code"])
    stranger = browser_of(member_of("steward"))
    assert stranger.get(f"/requests/new?like={like.pk}").status_code == 404
    owner = browser_of(world.people["steward"])
    answer = owner.post(f"/requests/new?resource={world.resource.pk}", said(world, part="review"))
    assert answer.status_code == 422
    assert SharingRequest.objects.count() == 1
