"""Verdicts in the portal: suspicions without a case, the step that opens one, the rules."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ZombieCase
from accounts.portal.rules import THRESHOLDS
from accounts.zombies.thresholds import NAMES
from tests.factories.accounts import SystemFactory
from tests.factories.cases import RuleSetFactory, VerdictFactory, case_in
from tests.people import member_with
from tests.portal import text

pytestmark = pytest.mark.django_db


def test_the_list_shows_suspicions_that_are_no_case_yet(visitor):
    waiting = VerdictFactory().system
    judged = case_in("notified").system
    VerdictFactory(system=judged)
    fine = VerdictFactory(level="clear").system
    client = visitor("authority")
    page = text(client.get("/verdicts"))
    assert waiting.name in page
    assert "近12个月月均登录2次，低于每月10次。" in page
    assert judged.name not in page
    assert fine.name not in page
    page = text(client.get("/verdicts?show=all"))
    assert judged.name in page
    assert fine.name in page


def test_a_case_is_opened_on_a_verdict(visitor):
    verdict = VerdictFactory()
    client = visitor("authority")
    answer = client.post(f"/verdicts/{verdict.pk}/open-case")
    case = ZombieCase.objects.get()
    assert answer["Location"] == f"/cases/{case.pk}"
    assert (case.system, case.state) == (verdict.system, "suspected")
    again = client.post(f"/verdicts/{verdict.pk}/open-case", follow=True)
    assert "该系统目前不符合立案条件" in text(again)
    assert ZombieCase.objects.count() == 1


def test_an_exempt_system_is_offered_no_case(visitor):
    spared = case_in("dismissed", due_on=timezone.localdate() + timedelta(30)).system
    verdict = VerdictFactory(system=spared)
    page = text(visitor("authority").get("/verdicts"))
    assert "前次办理后豁免" in page
    assert f"/verdicts/{verdict.pk}/open-case" not in page


def test_the_department_reads_its_own_and_opens_nothing(admin, department):
    own = VerdictFactory(system__department=department)
    other = VerdictFactory()
    page = text(admin.get("/verdicts"))
    assert own.system.name in page
    assert other.system.name not in page
    assert "open-case" not in page
    assert admin.post(f"/verdicts/{own.pk}/open-case").status_code == 403
    assert admin.post(f"/verdicts/{other.pk}/open-case").status_code == 404
    assert not ZombieCase.objects.exists()


def test_verdicts_are_found_by_criterion(visitor):
    row = VerdictFactory().system
    client = visitor("auditor")
    assert row.name in text(client.get("/verdicts?criterion=Z5"))
    assert row.name not in text(client.get("/verdicts?criterion=Z1"))


def test_the_api_opens_a_case_too(api, assert_problem):
    verdict = VerdictFactory()
    address = f"/api/v1/verdicts/{verdict.pk}/open-case"
    authority = member_with(("authority",), None)
    answer = api(authority).post(address, {}, format="json")
    assert answer.status_code == 201
    assert answer.json()["system"] == str(verdict.system_id)
    again = api(authority).post(address, {}, format="json")
    assert_problem(again, 409, "nothing-suspected")
    assert ZombieCase.objects.count() == 1


def test_the_rules_show_every_threshold_and_what_was_changed(visitor):
    assert sorted(name for group in THRESHOLDS.values() for name in group) == sorted(NAMES)
    RuleSetFactory(edition=1, thresholds={"rare_logins": 20})
    page = text(visitor("head").get("/rules"))
    assert "每月登录次数" in page
    assert page.count("已调整") == 1
    assert "示例省信息系统清理办法" in page


def test_the_list_asks_few_questions(visitor, django_assert_max_num_queries):
    for _ in range(10):
        VerdictFactory(system=SystemFactory())
    client = visitor("authority")
    with django_assert_max_num_queries(16):
        client.get("/verdicts")
