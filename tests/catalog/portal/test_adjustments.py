"""Changes of law in the portal: registered on an entry, followed within ten workdays."""

import pytest
from django.utils import timezone

from accounts.models import Obligation
from catalog.models import Adjustment
from tests.factories.catalog import published_resource
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


def test_a_change_is_registered_and_its_clock_is_shown(department, official_calendar):
    resource = published_resource(department, name="收养登记信息")
    browser = browser_of(member_with(("head",), department))
    address = f"/resources/{resource.pk}/change-of-law"
    told = {"cause": "law", "document": "国令第809号第十七条"}
    wrong = browser.post(address, {**told, "happened_on": "2999-01-01"})
    assert wrong.status_code == 422
    assert "国令第809号第十七条" in text(wrong)
    assert not Adjustment.objects.exists()
    browser.post(address, {**told, "happened_on": timezone.localdate().isoformat()})
    assert Adjustment.objects.get().resource == resource
    assert Obligation.objects.get().kind == "C1"
    page = text(browser.get("/adjustments?followed=no"))
    assert "收养登记信息" in page
    assert "个工作日" in page


def test_only_those_who_may_register(department):
    resource = published_resource(department)
    auditor = browser_of(member_with(("auditor",), None))
    assert auditor.get(f"/resources/{resource.pk}/change-of-law").status_code == 403
