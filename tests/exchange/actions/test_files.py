"""Batches and links as deeds: what they show, count and leave behind."""

import csv

import pytest

from exchange import links
from exchange.actions.files import follow_link, open_link, read_batch
from exchange.calls import Call
from exchange.errors import PurposeNotGranted, QuotaExceeded
from exchange.models import GrantDay, UseEntry
from exchange.parts import Wanted
from kernel.errors import Forbidden
from tests.factories.exchange import row

FIRST = [row("110101", "东城区"), row("110102", "西城区"), row("210101", "沈河区")]
MASKED = {"masks": {"name": {"kind": "partial", "form": "name"}}}
FILTERED = {"condition": 'code starts with "11"'}


@pytest.fixture
def masked(world):
    """A lane under masks and a condition, with one batch."""
    world.publish(FIRST)
    return world.subscribe(grant=world.grant(**MASKED, **FILTERED))


def test_a_batch_is_masked_and_filtered_and_kept_for_the_next_reader(masked, world, trail):
    reader = world.actor("reader")
    found = read_batch(masked, actor=reader, number=1, format="csv")
    with found.path.open() as file:
        rows = list(csv.DictReader(file))
    assert [(r["code"], r["name"]) for r in rows] == [("110101", "东**"), ("110102", "西**")]
    assert found.rows == 2
    again = read_batch(masked, actor=reader, number=1, format="csv")
    assert (again.path, again.etag) == (found.path, found.etag)
    assert [entry["number"] for entry in trail("subscription.batch_read")] == [1, 1]


def test_what_gives_nothing_is_not_noted(masked, world, unchanged):
    reader = world.actor("reader")
    etag = read_batch(masked, actor=reader, number=1, format="csv").etag
    with unchanged():
        head = read_batch(masked, actor=reader, number=1, format="csv", wanted=Wanted(head=True))
        have = Wanted(if_none_match=f'"{etag}"')
        known = read_batch(masked, actor=reader, number=1, format="csv", wanted=have)
    assert (head.part.length, known.part.status) == (0, 304)


def test_people_and_other_systems_get_no_link(masked, world, unchanged):
    for who in ("asker", "head", "publisher"):
        with unchanged(), pytest.raises(Forbidden):
            open_link(masked, actor=world.actor(who), format="csv", minutes=5)


def test_a_link_carries_the_purpose_and_end_user_of_its_opening(world):
    world.publish(FIRST)
    lane, reader = world.subscribe(), world.actor("reader")
    call = Call(purpose="tax-registration", end_user="张三", reason="第5号")
    token, ends = open_link(lane, actor=reader, format="ndjson", minutes=5, call=call)
    link = links.read(token)
    assert (link.call, link.ends) == (call, ends)
    follow_link(link, actor=links.caller(link, "10.1.2.3"))
    line = UseEntry.objects.get()
    assert (line.purpose, line.end_user, line.reason) == ("tax-registration", "张三", "第5号")
    with pytest.raises(PurposeNotGranted):
        open_link(lane, actor=reader, format="csv", minutes=5, call=Call(purpose="gossip"))


def test_a_link_takes_from_the_quota_when_it_is_used(world):
    world.publish(FIRST)
    lane = world.subscribe(grant=world.grant(calls_per_day=2))
    token, _ = open_link(lane, actor=world.actor("reader"), format="csv", minutes=5)
    assert not GrantDay.objects.exists()
    link = links.read(token)
    for _ in range(2):
        follow_link(link, actor=links.caller(link, ""))
    with pytest.raises(QuotaExceeded):
        follow_link(link, actor=links.caller(link, ""))
    assert UseEntry.objects.count() == 2
