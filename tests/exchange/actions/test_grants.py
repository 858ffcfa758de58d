"""A grant after consent: suspended and put right, certified, ended, and disposed of."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actor import CLOCK
from accounts.models import Notice, Obligation, SystemHold
from exchange.actions.grants import (
    certify_due,
    certify_grant,
    dispose_grant,
    expire_due,
    expire_grant,
    finish_grant,
    rectify_grant,
    resume_grant,
    revoke_grant,
    suspend_grant,
)
from exchange.actions.reads import read_changes, read_table
from exchange.errors import GrantEnded, GrantSuspended
from exchange.models import Grant, Subscription
from kernel.errors import Forbidden, IllegalMove, Invalid
from tests.factories.exchange import row
from tests.people import actor_for, member_with


def test_revocation_ends_the_grant_its_lanes_and_its_clock(world, trail):
    grant = world.grant()
    first, second = world.subscribe(grant=grant), world.subscribe(grant=grant)
    revoke_grant(grant, actor=world.actor("head"), reason="使用目的已实现")
    assert (grant.state, grant.end_reason) == ("revoked", "使用目的已实现")
    assert grant.ended_at is not None
    for lane in (first, second):
        before = lane.lease_token
        lane.refresh_from_db()
        assert (lane.state, lane.state_reason) == ("ended", "使用目的已实现")
        assert lane.lease_token == before + 1
    assert Obligation.objects.get(kind="C5").state == "cancelled"
    assert trail("grant.revoked") == [{"reason": "使用目的已实现"}]


def test_nothing_is_read_after_revocation(world, unchanged):
    world.publish([row("110101")])
    grant = world.grant()
    subscription = world.subscribe(grant=grant)
    reader = world.actor("reader")
    page = read_changes(subscription, actor=reader, cursor=None, limit=1)
    revoke_grant(grant, actor=world.actor("head"), reason="停止")
    with unchanged():
        for cursor in (None, page.cursor):
            with pytest.raises(GrantEnded):
                read_changes(subscription, actor=reader, cursor=cursor, limit=1)
        with pytest.raises(GrantEnded):
            read_table(subscription, actor=reader, format="csv")


@pytest.mark.parametrize("role", ["authority", "security_admin"])
def test_the_authority_and_the_security_administrator_can_revoke(world, role):
    grant = world.grant()
    revoke_grant(grant, actor=actor_for(member_with((role,), None)), reason="违规使用")
    assert grant.state == "revoked"


@pytest.mark.parametrize("who", ["asker", "asker_head", "steward", "publisher", "reader"])
def test_others_cannot_revoke(world, unchanged, who):
    grant = world.grant()
    with unchanged(), pytest.raises(Forbidden):
        revoke_grant(grant, actor=world.actor(who), reason="无")


def test_a_grant_ends_once(world, unchanged):
    grant = world.grant()
    revoke_grant(grant, actor=world.actor("head"), reason="停止")
    with unchanged():
        with pytest.raises(IllegalMove):
            revoke_grant(grant, actor=world.actor("head"), reason="又停止")
        with pytest.raises(IllegalMove):
            expire_grant(grant, actor=CLOCK)


def test_the_last_day_still_counts_and_the_next_does_not(world, unchanged):
    world.publish([row("110101")])
    last = timezone.localdate() + timedelta(days=30)
    grant = world.grant(ends_on=last)
    subscription = world.subscribe(grant=grant)
    reader = world.actor("reader")
    noon = timezone.localtime().replace(hour=12)
    with time_machine.travel(noon + timedelta(days=30), tick=False):
        assert read_changes(subscription, actor=reader, cursor=None, limit=1).table.num_rows == 1
        assert expire_due(actor=CLOCK) == 0
    with time_machine.travel(noon + timedelta(days=31), tick=False):
        with unchanged(), pytest.raises(GrantEnded):
            read_changes(subscription, actor=reader, cursor=None, limit=1)
        assert expire_due(actor=CLOCK) == 1
    grant.refresh_from_db()
    subscription.refresh_from_db()
    assert (grant.state, subscription.state) == ("expired", "ended")


def test_expiry_takes_only_what_has_run_out(world, trail):
    kept = world.grant()
    gone = world.grant()
    Grant.objects.filter(pk=gone.pk).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert expire_due(actor=CLOCK) == 1
    assert set(Grant.objects.values_list("pk", "state")) == {
        (kept.pk, "active"),
        (gone.pk, "expired"),
    }
    assert trail().count("grant.expired") == 1
    assert expire_due(actor=CLOCK) == 0


def test_paused_lanes_end_too(world):
    grant = world.grant()
    lane = world.subscribe(grant=grant)
    Subscription.objects.filter(pk=lane.pk).update(state="paused")
    revoke_grant(grant, actor=world.actor("head"), reason="停止")
    lane.refresh_from_db()
    assert lane.state == "ended"


DISPOSAL = {
    "method": "逻辑删除并覆写",
    "systems": ["税务登记系统"],
    "statement": "全部销毁，未留副本",
    "document": "示税函〔2027〕12号",
}


def clocks(kind):
    return list(
        Obligation.objects.filter(kind=kind)
        .order_by("created_at")
        .values_list("department_id", "state")
    )


@pytest.fixture
def grant(world):
    return world.grant()


@pytest.fixture
def suspended(world, grant):
    return suspend_grant(grant, actor=world.actor("head"), reason="疑似超范围使用")


def test_a_suspended_right_reads_nothing_and_is_put_right_and_resumed(world, trail):
    world.publish([row("110101")])
    grant = world.grant()
    lane = world.subscribe(grant=grant)
    reader = world.actor("reader")
    by = timezone.localdate() + timedelta(days=20)
    suspend_grant(grant, actor=world.actor("head"), reason="疑似超范围使用", rectify_by=by)
    assert (grant.state, grant.rectify_by) == ("suspended", by)
    assert clocks("N5") == [(world.requester.pk, "open")]
    with pytest.raises(GrantSuspended):
        read_changes(lane, actor=reader, cursor=None, limit=1)
    rectify_grant(grant, actor=world.actor("asker"), rectification="已停用批量脚本")
    assert clocks("N5") == [(world.requester.pk, "met")]
    with pytest.raises(GrantSuspended):
        read_changes(lane, actor=reader, cursor=None, limit=1)
    resume_grant(grant, actor=world.actor("head"), reason="整改属实")
    assert (grant.state, grant.suspended_at) == ("active", None)
    assert read_changes(lane, actor=reader, cursor=None, limit=1).table.num_rows == 1
    lane.refresh_from_db()
    assert lane.state == "active"
    assert [verb for verb in trail() if verb.startswith("grant.")] == [
        "grant.lanes_held",
        "grant.suspended",
        "grant.rectified",
        "grant.lanes_released",
        "grant.resumed",
    ]


def test_without_a_day_of_the_provider_the_platforms_clock_gives_it(suspended):
    assert suspended.rectify_by == Obligation.objects.get(kind="N5").due_on


def test_a_suspension_for_which_the_time_is_over_already_is_refused(world, grant, unchanged):
    yesterday = timezone.localdate() - timedelta(days=1)
    with unchanged(), pytest.raises(Invalid):
        suspend_grant(grant, actor=world.actor("head"), reason="无", rectify_by=yesterday)


def test_what_is_put_right_badly_is_suspended_again(world, suspended):
    rectify_grant(suspended, actor=world.actor("asker"), rectification="已整改")
    suspend_grant(suspended, actor=world.actor("head"), reason="整改不到位")
    assert (suspended.state, suspended.rectification) == ("suspended", "")
    assert [state for _, state in clocks("N5")] == ["met", "open"]
    resume_grant(suspended, actor=world.actor("head"), reason="误会")
    assert [state for _, state in clocks("N5")] == ["met", "cancelled"]


@pytest.mark.parametrize("role", ["authority", "security_admin"])
def test_the_authority_and_the_security_administrator_can_suspend(grant, role):
    suspend_grant(grant, actor=actor_for(member_with((role,), None)), reason="违规使用")
    assert grant.state == "suspended"


@pytest.mark.parametrize("who", ["asker", "asker_head", "steward", "publisher", "reader"])
def test_others_neither_suspend_nor_resume(world, grant, suspended, unchanged, who):
    actor = world.actor(who)
    with unchanged():
        with pytest.raises(Forbidden):
            suspend_grant(grant, actor=actor, reason="无")
        with pytest.raises(Forbidden):
            resume_grant(suspended, actor=actor, reason="无")


@pytest.mark.parametrize("who", ["head", "steward", "asker_head", "reader"])
def test_only_the_holders_steward_puts_right(world, suspended, unchanged, who):
    with unchanged(), pytest.raises(Forbidden):
        rectify_grant(suspended, actor=world.actor(who), rectification="无")


def test_a_suspended_grant_still_holds_the_system_that_feeds_it(world, suspended):
    assert SystemHold.objects.count() == 1
    revoke_grant(suspended, actor=world.actor("head"), reason="拒不整改")
    assert SystemHold.objects.count() == 0
    assert [state for _, state in clocks("N5")] == ["cancelled"]


def test_a_suspended_grant_runs_out_too(world, suspended):
    Grant.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert expire_due(actor=CLOCK) == 1
    suspended.refresh_from_db()
    assert suspended.state == "expired"


def test_the_holder_says_that_the_purpose_is_achieved(world, grant, trail):
    lane = world.subscribe(grant=grant)
    finish_grant(grant, actor=world.actor("asker_head"))
    assert (grant.state, grant.end_reason) == ("finished", "the purpose is achieved")
    lane.refresh_from_db()
    assert lane.state == "ended"
    assert trail("grant.finished") == [{"reason": "the purpose is achieved"}]


@pytest.mark.parametrize("who", ["head", "steward", "asker", "reader"])
def test_nobody_but_the_holders_head_finishes_certifies_or_disposes(world, grant, unchanged, who):
    actor = world.actor(who)
    with unchanged():
        for deed in (finish_grant, certify_grant):
            with pytest.raises(Forbidden):
                deed(grant, actor=actor)
        with pytest.raises(Forbidden):
            dispose_grant(grant, actor=actor, **DISPOSAL)


def test_what_was_received_is_disposed_of_with_a_certificate(world):
    world.publish([row("110101")])
    grant = world.grant()
    lane = world.subscribe(grant=grant)
    read_changes(lane, actor=world.actor("reader"), cursor=None, limit=1)
    finish_grant(grant, actor=world.actor("asker_head"))
    assert clocks("N6") == [(world.requester.pk, "open")]
    head = world.actor("asker_head")
    dispose_grant(grant, actor=head, **DISPOSAL)
    assert grant.state == "disposed"
    assert grant.disposal == {**DISPOSAL, "signed_by": head.name}
    assert clocks("N6") == [(world.requester.pk, "met")]


def test_where_nothing_was_received_nothing_is_owed(world, grant):
    revoke_grant(grant, actor=world.actor("head"), reason="停")
    assert clocks("N6") == [(world.requester.pk, "cancelled")]


def test_what_has_not_ended_is_not_disposed_of(world, grant, unchanged):
    with unchanged(), pytest.raises(IllegalMove):
        dispose_grant(grant, actor=world.actor("asker_head"), **DISPOSAL)


@pytest.fixture
def long(world):
    """A grant of three years."""
    return world.grant(ends_on=timezone.localdate() + timedelta(days=1100))


def after(days):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def test_the_need_of_a_right_is_certified_each_year(world, long):
    assert long.certify_by == timezone.localdate() + timedelta(days=365)
    with after(300):
        certify_grant(long, actor=world.actor("asker_head"))
        assert long.certify_by == timezone.localdate() + timedelta(days=365)
    with after(1000):
        certify_grant(long, actor=world.actor("asker_head"))
    assert long.certify_by == long.ends_on


def test_the_holder_is_warned_once_and_then_suspended(world, long, trail):
    with after(334):
        assert certify_due(actor=CLOCK) == 0
    with after(335):
        assert certify_due(actor=CLOCK) == 1
        assert certify_due(actor=CLOCK) == 0
    told = Notice.objects.get(verb="grant.certification_due")
    assert (told.department_id, told.roles) == (world.requester.pk, ["head"])
    with after(365):
        assert certify_due(actor=CLOCK) == 0
    with after(366):
        assert certify_due(actor=CLOCK) == 1
        assert certify_due(actor=CLOCK) == 0
    long.refresh_from_db()
    assert (long.state, long.suspend_reason) == (
        "suspended",
        "its need was not certified in time",
    )
    assert len(trail("grant.suspended")) == 1


def test_a_right_that_was_certified_or_ends_anyway_is_left_alone(world, long, grant):
    with after(340):
        certify_grant(long, actor=world.actor("asker_head"))
        assert certify_due(actor=CLOCK) == 0
    with after(400):
        assert certify_due(actor=CLOCK) == 0


def test_what_has_ended_is_not_certified(world, grant, unchanged):
    revoke_grant(grant, actor=world.actor("head"), reason="停")
    with unchanged(), pytest.raises(IllegalMove):
        certify_grant(grant, actor=world.actor("asker_head"))


def test_the_other_side_is_told(world, grant):
    Notice.objects.all().delete()
    suspend_grant(grant, actor=world.actor("head"), reason="疑似")
    rectify_grant(grant, actor=world.actor("asker"), rectification="已整改")
    resume_grant(grant, actor=world.actor("head"), reason="属实")
    finish_grant(grant, actor=world.actor("asker_head"))
    dispose_grant(grant, actor=world.actor("asker_head"), **DISPOSAL)
    told = Notice.objects.order_by("created_at").values_list("department_id", "verb")
    requester, provider = world.requester.pk, world.provider.pk
    assert list(told) == [
        (requester, "grant.suspended"),
        (provider, "grant.rectified"),
        (requester, "grant.resumed"),
        (requester, "grant.finished"),
        (provider, "grant.finished"),
        (provider, "grant.disposed"),
    ]
