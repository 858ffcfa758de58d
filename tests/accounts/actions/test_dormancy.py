"""Accounts that nobody uses rest, after notice; the last administrator's never does."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.actions.dormancy import reopen_account, suspend_dormant
from accounts.actor import CLOCK
from accounts.models import AuditEvent, Notice, SessionToken, User
from kernel.errors import Forbidden
from tests.factories.accounts import PASSWORD, MemberFactory, SessionTokenFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def days(settings):
    settings.DORMANT_DAYS = 90


def unused(days, told=None, roles=("steward",), **more):
    now = timezone.now()
    member = MemberFactory(roles=list(roles), **more)
    User.objects.filter(pk=member.user_id).update(
        last_login=now - timedelta(days=days),
        dormant_told_at=None if told is None else now - timedelta(days=told),
    )
    return member


def is_open(member):
    return User.objects.get(pk=member.user_id).is_active


def test_a_week_before_the_department_is_told_and_nothing_else_happens(
    django_capture_on_commit_callbacks,
):
    member = unused(84, user__email="li@example.gov.cn")
    with django_capture_on_commit_callbacks(execute=True):
        assert suspend_dormant(actor=CLOCK) == 0
    notice = Notice.objects.get()
    assert (notice.verb, notice.department_id) == ("account.dormant", member.department_id)
    assert notice.facts["username"] == member.user.username
    assert [message.to for message in mail.outbox] == [["li@example.gov.cn"]]
    assert is_open(member)
    suspend_dormant(actor=CLOCK)
    assert Notice.objects.count() == 1


def test_after_the_notice_and_ninety_days_it_rests_and_its_sign_ins_end(api, assert_problem):
    member = unused(91, told=7)
    token = SessionTokenFactory(user=member.user)
    assert suspend_dormant(actor=CLOCK) == 1
    token.refresh_from_db()
    assert (is_open(member), token.revoked_at is None) == (False, False)
    form = {"username": member.user.username, "password": PASSWORD}
    assert_problem(api().post("/api/v1/sign-in", form), 403, "sign-in-refused")
    assert AuditEvent.objects.filter(verb="account.suspended").count() == 1


def test_without_a_notice_a_week_ago_nothing_rests():
    told_late, never_told = unused(200, told=3), unused(200)
    assert suspend_dormant(actor=CLOCK) == 0
    assert is_open(told_late)
    assert is_open(never_told)


def test_who_signs_in_is_not_dormant_any_more(api):
    member = unused(89, told=6)
    form = {"username": member.user.username, "password": PASSWORD}
    assert api().post("/api/v1/sign-in", form).status_code == 200
    assert suspend_dormant(actor=CLOCK) == 0
    assert User.objects.get(pk=member.user_id).dormant_told_at is None


@pytest.mark.parametrize("role", ["operator", "security_admin", "auditor"])
def test_the_last_administrator_of_a_kind_stays(role):
    member = unused(400, told=30, roles=[role])
    assert suspend_dormant(actor=CLOCK) == 0
    assert is_open(member)
    MemberFactory(roles=[role])
    assert suspend_dormant(actor=CLOCK) == 1
    assert not is_open(member)


def test_of_two_dormant_administrators_one_stays():
    both = [unused(400, told=30, roles=["operator"]) for _ in range(2)]
    assert suspend_dormant(actor=CLOCK) == 1
    assert sorted(map(is_open, both)) == [False, True]


def test_an_administrator_opens_it_again_and_it_rests_again_after_notice_only(actor_of):
    member = unused(400, told=30)
    suspend_dormant(actor=CLOCK)
    reopen_account(member, actor=actor_of("department_admin", member.department))
    assert is_open(member)
    assert suspend_dormant(actor=CLOCK) == 0
    assert is_open(member)


@pytest.mark.parametrize("role", ["head", "steward", "auditor", "security_admin"])
def test_others_open_nothing(actor_of, role):
    member = unused(400, told=30)
    suspend_dormant(actor=CLOCK)
    with pytest.raises(Forbidden):
        reopen_account(member, actor=actor_of(role, member.department))
    assert not is_open(member)


def test_it_can_be_switched_off(settings):
    settings.DORMANT_DAYS = 0
    assert suspend_dormant(actor=CLOCK) == 0 == Notice.objects.count()
    assert not SessionToken.objects.exists()
