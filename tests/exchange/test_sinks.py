"""Databases hold what their grant shows: masked, filtered, counted, and loaded anew on a change."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from accounts.models import Obligation
from exchange.actions.deliveries import deliver_due
from exchange.actions.subscriptions import hold_lanes, release_lanes, restart_lanes
from exchange.dataplane.connectors import postgres
from exchange.models import Delivery, GrantDay, Subscription, UseEntry
from kernel.failpoints import arm
from tests.factories.exchange import row

SINK = {"mode": "sink", "target_schema": "shared", "target_table": "divisions"}
FIRST = [row("110101", "甲区", level="2"), row("110102", "乙区"), row("110103", "丙区", level="2")]
MASKS = {"name": {"kind": "partial", "form": "ends", "head": 1, "tail": 0}}
CITY = 'level = "2"'


def open_lane(world, target, **terms):
    return world.subscribe(grant=world.grant(**terms), dsn=target.dsn, **SINK)


def due():
    Subscription.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=1))
    return deliver_due(actor=CLOCK)


def test_a_database_gets_masked_values_of_the_rows_that_match(world, target):
    lane = open_lane(world, target, masks=MASKS, condition=CITY)
    world.publish(FIRST)
    world.publish([row("110101", level="3"), row("110102", "乙区", level="2")], "changes")
    assert deliver_due(actor=CLOCK) == 2
    assert target.rows("shared.divisions") == [("110102", "乙*"), ("110103", "丙*")]
    assert list(Delivery.objects.order_by("number").values_list("rows", flat=True)) == [2, 2]
    lines = UseEntry.objects.order_by("pk")
    assert [(e.channel, e.first_number, e.last_number, e.rows) for e in lines] == [
        ("sink", 1, 2, 2),
        ("sink", 2, 3, 2),
    ]
    assert lines[0].subscription_id == lane.pk


def test_a_batch_of_hidden_rows_moves_the_lane_and_gives_nothing(world, target):
    lane = open_lane(world, target, condition='level = "1"')
    world.publish(FIRST)
    assert deliver_due(actor=CLOCK) == 1
    lane.refresh_from_db()
    assert (lane.position, target.rows("shared.divisions")) == (1, [])
    assert not UseEntry.objects.exists()
    assert Obligation.objects.get(kind="C5").state == "open"


def test_after_a_new_edition_the_database_is_loaded_anew(world, target, trail):
    lane = open_lane(world, target)
    world.publish(FIRST)
    deliver_due(actor=CLOCK)
    lane.grant.change(edition=2, condition=CITY, masks=MASKS)
    assert restart_lanes(lane.grant, actor=world.actor("head")) == 1
    deliver_due(actor=CLOCK)
    assert target.rows("shared.divisions") == [("110101", "甲*"), ("110103", "丙*")]
    line = UseEntry.objects.latest("pk")
    assert (line.edition, line.rows, line.first_number, line.last_number) == (2, 2, None, 2)
    lane.refresh_from_db()
    assert (lane.position, lane.reload) == (1, False)
    world.publish([row("110104", "戊区", level="2")], "changes")
    assert due() == 1
    assert ("110104", "戊*") in target.rows("shared.divisions")
    assert trail("grant.lanes_restarted") == [{"lanes": 1, "edition": 2}]


def test_an_item_that_is_no_longer_shared_leaves_the_database_with_the_next_batch(world, target):
    open_lane(world, target)
    world.publish(FIRST)
    deliver_due(actor=CLOCK)
    world.edition(area={"share_type": "not_shared"})
    world.publish([row("110104")], "changes")
    assert due() == 1
    held = target.rows("shared.divisions", "code, area")
    assert held == [(code, None) for code in ("110101", "110102", "110103", "110104")]


def test_a_suspended_grants_lanes_rest_and_go_on_from_their_places(world, target):
    lane = open_lane(world, target)
    world.publish(FIRST)
    deliver_due(actor=CLOCK)
    lane.grant.change(state="suspended")
    hold_lanes(lane.grant, actor=world.actor("head"), reason="停")
    world.publish([row("110104")], "changes")
    assert due() == 0
    lane.refresh_from_db()
    assert (lane.state, lane.position, lane.attempts) == ("active", 1, 0)
    lane.grant.change(state="active")
    release_lanes(lane.grant, actor=world.actor("head"))
    assert deliver_due(actor=CLOCK) == 1
    assert len(target.rows("shared.divisions")) == 4


def test_a_suspension_undoes_what_is_on_its_way(world, target, monkeypatch):
    lane = open_lane(world, target)
    world.publish(FIRST)

    def suspend(name):
        if name == "sink.before_commit":
            lane.grant.change(state="suspended")
            hold_lanes(lane.grant, actor=world.actor("head"), reason="停")

    monkeypatch.setattr(postgres, "failpoint", suspend)
    assert deliver_due(actor=CLOCK) == 0
    assert target.rows("shared.divisions") == []
    assert not UseEntry.objects.exists()
    assert not GrantDay.objects.exists()


def test_a_used_up_quota_makes_the_lane_wait_for_the_next_day(world, target):
    lane = open_lane(world, target, rows_per_day=3)
    world.publish(FIRST)
    world.publish([row("110104")], "changes")
    assert deliver_due(actor=CLOCK) == 1
    lane.refresh_from_db()
    assert (lane.state, lane.position) == ("active", 1)
    assert lane.next_attempt_at > timezone.now()
    assert len(target.rows("shared.divisions")) == 3
    GrantDay.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert due() == 1
    assert GrantDay.objects.order_by("day").values_list("rows", flat=True)[1] == 1


@pytest.mark.parametrize("place", ["sink.before_commit", "sink.after_commit"])
def test_what_fails_on_the_way_is_counted_once(world, target, place):
    open_lane(world, target)
    world.publish(FIRST)
    arm(f"{place}:error")
    assert deliver_due(actor=CLOCK) == 0
    assert due() == 1
    assert GrantDay.objects.values_list("calls", "rows").get() == (1, 3)
    assert len(target.rows("shared.divisions")) == 3


def test_a_purpose_that_a_new_edition_leaves_out_stops_the_lane(world, target):
    lane = open_lane(world, target)
    world.publish(FIRST)
    lane.grant.change(purposes=["audit"])
    assert deliver_due(actor=CLOCK) == 0
    lane.refresh_from_db()
    assert lane.state == "paused"
    assert lane.state_reason.startswith("purpose-not-granted")


def test_a_new_edition_before_the_first_batch_leaves_nothing_to_load(world, target):
    lane = open_lane(world, target)
    lane.grant.change(edition=2, masks=MASKS)
    restart_lanes(lane.grant, actor=world.actor("head"))
    assert deliver_due(actor=CLOCK) == 0
    lane.refresh_from_db()
    assert (lane.state, lane.reload, lane.last_error) == ("active", False, "")
    world.publish(FIRST)
    assert deliver_due(actor=CLOCK) == 1
    assert target.rows("shared.divisions")[0] == ("110101", "甲*")


def test_a_batch_larger_than_any_days_quota_stops_the_lane_and_says_so(world, target):
    lane = open_lane(world, target, rows_per_day=2)
    world.publish(FIRST)
    assert deliver_due(actor=CLOCK) == 0
    lane.refresh_from_db()
    assert (lane.state, lane.position) == ("paused", 0)
    assert "more rows than the quota of any day" in lane.state_reason
    assert not UseEntry.objects.exists()
