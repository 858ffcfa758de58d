"""Records of use: what they say, how long they are kept, and that nobody takes one away."""

from datetime import date, timedelta

import psycopg2
import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.actions.obligations import end_retentions
from accounts.actor import CLOCK
from accounts.models import Notice, Obligation
from config import env
from exchange.actions.grants import revoke_grant
from exchange.actions.userecords import export_records, record_use
from exchange.models import UseRecord
from kernel.errors import Forbidden, Invalid
from tests.people import actor_for, member_with

SAID = {
    "scenario": "核对注册地",
    "process": "逐笔查询",
    "effect": "减少材料一项",
    "storage": "不留存原始数据",
    "disposal": "按日清除",
}


def record(world, grant, **changes):
    today = timezone.localdate()
    return record_use(
        grant,
        actor=world.actor("asker"),
        **{"starts_on": today, "ends_on": today, **SAID, **changes},
    )


@time_machine.travel("2026-11-23T10:00:00+08:00")
def test_a_record_is_kept_for_three_years(world, trail):
    grant = world.grant()
    made = record(world, grant)
    assert (made.edition, made.keep_until) == (1, date(2029, 11, 23))
    kept = Obligation.objects.get(kind="C7", subject_id=made.pk)
    assert (kept.due_on, kept.department_id) == (date(2029, 11, 23), world.requester.pk)
    assert trail("use.recorded") == [{"grant": str(grant.pk), "keep_until": "2029-11-23"}]
    assert Notice.objects.get(verb="use.recorded").department_id == world.provider.pk


@time_machine.travel("2028-02-29T10:00:00+08:00")
def test_three_years_after_a_leap_day_are_whole(world):
    assert record(world, world.grant()).keep_until == date(2031, 3, 1)


@time_machine.travel("2026-11-23T10:00:00+08:00")
def test_a_record_may_be_kept_longer_and_not_shorter(world, unchanged):
    grant = world.grant()
    with unchanged(), pytest.raises(Invalid):
        record(world, grant, keep_until=date(2029, 11, 22))
    assert record(world, grant, keep_until=date(2036, 1, 1)).keep_until == date(2036, 1, 1)


def test_when_its_day_is_over_the_duty_is_met_and_the_record_still_there(world):
    made = record(world, world.grant())
    with time_machine.travel(made.keep_until, tick=False):
        assert end_retentions(actor=CLOCK) == 0
    with time_machine.travel(made.keep_until + timedelta(days=2), tick=False):
        assert end_retentions(actor=CLOCK) == 1
    assert Obligation.objects.get(kind="C7").state == "met"
    assert UseRecord.objects.get() == made


@pytest.mark.parametrize(("first", "last"), [(0, 1), (0, -1), (-2, 0)])
def test_a_record_is_of_days_of_the_grant_that_have_been(world, unchanged, first, last):
    grant, today = world.grant(), timezone.localdate()
    with unchanged(), pytest.raises(Invalid):
        record(
            world,
            grant,
            starts_on=today + timedelta(days=first),
            ends_on=today + timedelta(days=last),
        )


def test_use_of_a_grant_that_has_ended_is_recorded_too(world):
    grant = world.grant()
    revoke_grant(grant, actor=world.actor("head"), reason="停止")
    assert record(world, grant).grant_id == grant.pk


@pytest.mark.parametrize("who", ["steward", "asker_head", "reader"])
def test_only_the_holders_steward_records(world, unchanged, who):
    grant, today = world.grant(), timezone.localdate()
    with unchanged(), pytest.raises(Forbidden):
        record_use(grant, actor=world.actor(who), starts_on=today, ends_on=today, **SAID)


def test_both_sides_and_the_supervisors_export_them(world, trail):
    made = record(world, world.grant())
    authority = actor_for(member_with(("authority",), None))
    for actor in (world.actor("asker"), world.actor("head"), authority):
        found = export_records(UseRecord.objects.all(), actor=actor, format="csv")
        assert list(found) == [made]
    stranger = actor_for(member_with(("head",), None))
    assert list(export_records(UseRecord.objects.all(), actor=stranger, format="csv")) == []
    assert [entry["rows"] for entry in trail("use.exported")] == [1, 1, 1, 0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "deed", ["DELETE FROM exchange_userecord", "UPDATE exchange_userecord SET effect = ''"]
)
def test_the_database_keeps_records_of_use_from_everybody(world, deed):
    record(world, world.grant())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed)
    owner = psycopg2.connect(
        env.text("DATABASE_OWNER_URL"), dbname=connection.settings_dict["NAME"]
    )
    try:
        with pytest.raises(psycopg2.Error, match="kept"), owner.cursor() as cursor:
            cursor.execute(deed)
    finally:
        owner.close()
    assert UseRecord.objects.get().effect == "减少材料一项"
