"""Who received my record: found in look-ups, pages, tables and databases, by auditors alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from exchange.actions.deliveries import deliver_due
from exchange.actions.lookups import lookup_records
from exchange.actions.reads import read_changes, read_table
from exchange.actions.upkeep import fold_due
from exchange.actions.uses import export_uses, find_uses
from exchange.actions.verifications import verify_record
from exchange.calls import Call
from exchange.models import Dataset, Grant, UseEntry
from kernel.errors import Forbidden, Invalid
from tests.factories.exchange import PURPOSE, make_world, row

CALL = Call(purpose=PURPOSE)
MINE, OTHERS = "110101", "110102"


@pytest.fixture
def world(db):
    return make_world(is_queryable=True)


@pytest.fixture
def auditor(actor_of):
    return actor_of("auditor")


@pytest.fixture
def received(world, auditor):
    """``received(code)``: the ids of the entries found, as the auditor asks."""

    def search(code=MINE):
        dataset = Dataset.objects.get(pk=world.dataset.pk)
        return [entry.pk for entry in find_uses(dataset, {"code": code}, actor=auditor)]

    return search


def pull(world, lane, cursor=None, limit=100):
    return read_changes(lane, actor=world.actor("reader"), cursor=cursor, limit=limit)


def dataset(world):
    return Dataset.objects.select_related("schema").get(pk=world.dataset.pk)


def last() -> int:
    return UseEntry.objects.latest("pk").pk


def test_look_ups_and_verifications_are_found_by_the_record(world, received):
    world.publish([row(MINE), row(OTHERS)])
    fold_due(actor=CLOCK)
    world.grant()
    reader = world.actor("reader")
    lookup_records(dataset(world), actor=reader, where={"code": MINE}, call=CALL)
    looked = last()
    lookup_records(dataset(world), actor=reader, where={"code": OTHERS}, call=CALL)
    verify_record(dataset(world), actor=reader, key={"code": MINE}, claims={"name": "x"}, call=CALL)
    assert received() == [looked, last()]
    assert received("999999") == []


def test_a_page_is_found_only_if_the_row_lay_in_it(world, received):
    world.publish([row(MINE), row(OTHERS)])
    world.publish([row("110103")], "changes")
    lane = world.subscribe()
    first = pull(world, lane, limit=1)
    mine = last()
    rest = pull(world, lane, first.cursor)
    assert rest.table.num_rows == 2
    assert (received(), received(OTHERS)) == ([mine], [last()])
    line = UseEntry.objects.get(pk=mine)
    assert (line.first_number, line.first_row, line.last_number, line.last_row) == (1, 0, 1, 1)


def test_a_table_is_found_if_the_record_stood_in_it_then(world, received):
    world.publish([row(MINE), row(OTHERS)])
    lane, reader = world.subscribe(), world.actor("reader")
    read_table(lane, actor=reader, format="csv")
    with_it = last()
    world.publish([{"code": MINE, "_op": "delete"}], "changes")
    read_table(lane, actor=reader, format="csv")
    assert received() == [with_it]
    assert received(OTHERS) == [with_it, last()]


def test_a_row_condition_keeps_a_receiver_out_until_the_row_matched(world, received):
    world.publish([row(MINE, "甲"), row(OTHERS, "乙")])
    lane = world.subscribe(grant=world.grant(condition='name = "乙"'))
    page = pull(world, lane)
    others = last()
    assert (received(), received(OTHERS)) == ([], [others])
    world.publish([row(MINE, "乙")], "changes")
    pull(world, lane, page.cursor)
    assert received() == [last()]


def test_what_was_written_into_a_database_is_found(world, received, target):
    world.publish([row(MINE), row(OTHERS)])
    world.subscribe("sink", dsn=target.dsn, target_schema="shared", target_table="divisions")
    deliver_due(actor=CLOCK)
    line = UseEntry.objects.get()
    assert (line.channel, line.rows, line.purpose) == ("sink", 2, PURPOSE)
    assert received() == [line.pk]


def test_the_search_is_noted_without_the_key(world, received, trail):
    world.publish([row(MINE)])
    received()
    assert trail("ledger.viewed") == [{"by": ["code"]}]


@pytest.mark.parametrize("role", ["authority", "head", "steward", "security_admin", "operator"])
def test_only_auditors_search(world, actor_of, unchanged, role):
    with unchanged(), pytest.raises(Forbidden):
        find_uses(dataset(world), {"code": MINE}, actor=actor_of(role, world.provider))


@pytest.mark.parametrize("key", [{}, {"name": "x"}, {"code": MINE, "name": "x"}, {"code": 1}])
def test_the_key_is_named_whole(world, auditor, unchanged, key):
    with unchanged(), pytest.raises(Invalid):
        find_uses(dataset(world), key, actor=auditor)


def test_events_have_no_key_to_search_by(events, auditor, unchanged):
    with unchanged(), pytest.raises(Invalid):
        find_uses(events.dataset, {"place": "x"}, actor=auditor)


def test_both_sides_and_nobody_else_take_the_ledger_with_them(world, actor_of, trail):
    world.publish([row(MINE)])
    pull(world, world.subscribe())
    for actor, rows in (
        (world.actor("head"), 1),
        (world.actor("asker"), 1),
        (actor_of("head"), 0),
        (actor_of("authority"), 1),
    ):
        taken = export_uses(UseEntry.objects.all(), actor=actor, format="csv")
        assert len(list(taken)) == rows
    assert [entry["rows"] for entry in trail("ledger.exported")] == [1, 1, 0, 1]
    with pytest.raises(Forbidden):
        export_uses(UseEntry.objects.all(), actor=world.actor("reader"), format="csv")


def test_an_unused_grant_is_shown_by_what_was_counted(world):
    world.publish([row(MINE)])
    used, unused = world.grant(), world.grant()
    Grant.objects.update(created_at=timezone.now() - timedelta(days=90))
    pull(world, world.subscribe(grant=used))
    since = timezone.localdate() - timedelta(days=30)
    assert list(Grant.objects.unused(since)) == [unused]
