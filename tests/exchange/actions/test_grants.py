"""The end of a grant: by decision or by its term, with everything under it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actor import CLOCK
from accounts.models import Obligation
from exchange.actions.grants import expire_due, expire_grant, revoke_grant
from exchange.actions.reads import read_changes, read_table
from exchange.errors import GrantEnded
from exchange.models import Grant, Subscription
from kernel.errors import Forbidden, IllegalMove
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
    noon = timezone.now().replace(hour=4)
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
