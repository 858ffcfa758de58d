"""Duplicates in the portal: pairs with their reasons, decided by people."""

import pytest

from catalog.models import Likeness, LikenessScan
from tests.factories.catalog import published_resource
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(department):
    left = published_resource(department, name="收养登记信息")
    right = published_resource(name="收养人登记信息")
    reasons = {"name": 0.93, "wording": "shortened", "items": 0.8, "department": "another"}
    return Likeness.objects.create(
        kind="entry", left=left, right=right, score=0.91, reasons=reasons
    )


def test_a_pair_is_shown_with_its_reasons_and_decided_for_one(pair, department):
    browser = browser_of(member_with(("steward",), department))
    assert "收养人登记信息" in text(browser.get("/likenesses"))
    page = text(browser.get(f"/likenesses/{pair.pk}"))
    assert "93%" in page
    assert "一个名称是另一个的简称" in page
    empty = browser.post(f"/likenesses/{pair.pk}/dismiss", {"reason": ""})
    assert empty.status_code == 422
    browser.post(f"/likenesses/{pair.pk}/dismiss", {"reason": "口径不同"})
    pair.refresh_from_db()
    assert (pair.state, pair.decision_reason) == ("dismissed", "口径不同")
    assert "口径不同" in text(browser.get(f"/likenesses/{pair.pk}"))
    assert "收养人登记信息" in text(browser.get("/likenesses?show=decided"))


def test_a_pair_of_others_is_neither_seen_nor_decided(pair):
    stranger = browser_of(member_with(("steward",), None))
    assert stranger.get(f"/likenesses/{pair.pk}").status_code == 404
    answer = stranger.post(f"/likenesses/{pair.pk}/confirm", {"reason": "同一资源"})
    assert answer.status_code == 404
    pair.refresh_from_db()
    assert pair.state == "open"


def test_a_comparison_of_everything_is_asked_for_by_those_who_may(pair, department):
    steward = browser_of(member_with(("steward",), department))
    assert steward.post("/likenesses/scan").status_code == 403
    assert not LikenessScan.objects.exists()
    office = browser_of(member_with(("authority",), None))
    office.post("/likenesses/scan")
    assert LikenessScan.objects.get().is_whole
