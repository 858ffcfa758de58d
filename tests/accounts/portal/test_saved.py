"""Saving lists from the list: under a name, chosen again, removed."""

import pytest

from accounts.models import SavedList
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
SAVED = {"address": "/systems", "title": "试运行", "state": "state=trial"}


@pytest.fixture
def browser(department):
    return browser_of(member_with(("steward",), department))


def test_a_saved_list_is_offered_on_its_page_and_removed_there(browser):
    assert browser.post("/lists", SAVED)["Location"] == "/systems?state=trial"
    page = text(browser.get("/systems"))
    assert '<a href="/systems?state=trial">试运行</a>' in page
    saved = SavedList.objects.get()
    assert browser.post(f"/lists/{saved.pk}/remove")["Location"] == "/systems"
    assert not SavedList.objects.exists()


def test_a_name_used_twice_is_said_and_changes_nothing(browser):
    browser.post("/lists", SAVED)
    answer = browser.post("/lists", {**SAVED, "state": ""}, follow=True)
    assert "已用此名称" in text(answer)
    assert SavedList.objects.get().state == "state=trial"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere(browser, address):
    assert browser.post("/lists", {**SAVED, "address": address})["Location"] == "/"
    assert not SavedList.objects.exists()


def test_another_persons_list_is_not_found(browser, department):
    browser.post("/lists", SAVED)
    other = browser_of(member_with(("steward",), department))
    assert other.post(f"/lists/{SavedList.objects.get().pk}/remove").status_code == 404
    assert SavedList.objects.exists()
