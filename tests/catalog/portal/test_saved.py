"""Searches that are kept: found again by their maker alone."""

import pytest

from catalog.models import SavedSearch
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


def test_a_search_is_kept_found_again_and_forgotten(department):
    browser = browser_of(member_with(("steward",), department))
    state = "q=低保&share_type=conditional"
    browser.post("/catalogue/searches", {"name": "低保", "state": state})
    row = SavedSearch.objects.get()
    assert row.parameters == {"q": "低保", "share_type": "conditional"}
    assert "share_type=conditional" in text(browser.get("/catalogue"))
    browser.post("/catalogue/searches", {"name": "低保", "state": state})
    assert SavedSearch.objects.count() == 1
    other = browser_of(member_with(("steward",), department))
    assert other.post(f"/catalogue/searches/{row.pk}/drop").status_code == 404
    browser.post(f"/catalogue/searches/{row.pk}/drop")
    assert not SavedSearch.objects.exists()
