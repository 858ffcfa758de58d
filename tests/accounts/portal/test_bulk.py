"""A step with many rows: asked once, taken row by row, told row by row."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, ZombieCase
from tests.factories.cases import CaseFactory
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
DAYS = {"workdays": "10"}


@pytest.fixture
def authority(department, official_calendar):
    return browser_of(member_with(("authority",), department))


@pytest.fixture
def cases(department):
    return [CaseFactory(system__department=department, department=department) for _ in range(3)]


def send(browser, *picked, address="/cases", **more):
    return browser.post(address, {"bulk": "notify", "pick": [str(p) for p in picked], **more})


def states():
    return sorted(ZombieCase.objects.values_list("state", flat=True))


def test_the_list_offers_the_step_to_who_may_take_it(authority, cases, department):
    page = text(authority.get("/cases"))
    assert page.count('form="bulk"') == 3
    assert 'value="notify"' in page
    steward = text(browser_of(member_with(("steward",), department)).get("/cases"))
    assert 'form="bulk"' not in steward


def test_it_is_asked_before_anything_is_done(authority, cases):
    answer = send(authority, cases[0].pk, cases[1].pk)
    page = text(answer)
    assert "将对以下 2 行执行此操作" in page
    assert cases[0].system.name in page
    assert cases[2].system.name not in page
    assert states() == ["suspected"] * 3


def test_each_row_goes_through_the_step_itself(authority, cases):
    answer = send(authority, cases[0].pk, cases[1].pk, confirmed="1", **DAYS)
    assert answer.context["done"] == 2
    assert states() == ["notified", "notified", "suspected"]
    assert AuditEvent.objects.filter(verb="case.notified").count() == 2


def test_all_that_match_means_the_filter_of_the_list(authority, cases):
    cases[0].change(state="answered")
    answer = send(authority, "all", address="/cases?state=suspected", confirmed="1", **DAYS)
    assert answer.context["done"] == 2
    assert states() == ["answered", "notified", "notified"]


def test_rows_in_another_state_are_told_and_stay(authority, cases):
    late = {"answer_by": timezone.localdate() + timedelta(days=3)}
    cases[0].change(state="notified", **late)
    answer = send(authority, *(case.pk for case in cases))
    assert [one.row.pk for one in answer.context["left"]] == [cases[0].pk]
    assert len(answer.context["able"]) == 2


def test_what_was_typed_wrongly_is_said_and_nothing_is_done(authority, cases):
    answer = send(authority, cases[0].pk, confirmed="1", workdays="99999")
    assert answer.status_code == 422
    assert states() == ["suspected"] * 3


@pytest.mark.parametrize("picked", [(), ("nonsense",), ("00000000-0000-7000-8000-000000000000",)])
def test_nothing_picked_leads_back_to_the_list(authority, cases, picked):
    answer = send(authority, *picked, address="/cases?state=suspected")
    assert answer["Location"] == "/cases?state=suspected"
    assert states() == ["suspected"] * 3


def test_a_step_that_the_list_does_not_name_is_not_there(authority, cases):
    assert authority.post("/cases", {"bulk": "retire", "pick": "all"}).status_code == 404


def test_who_may_not_take_it_takes_nothing(cases, department):
    head = browser_of(member_with(("head",), department))
    assert send(head, "all", confirmed="1", **DAYS).status_code == 404
    assert states() == ["suspected"] * 3
