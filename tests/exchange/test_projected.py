"""What a grant with masks and a row condition shows in pages and tables, and what is kept of it."""

import csv
import json

import pytest

from accounts.models import Obligation
from exchange import projected
from exchange.actions.reads import read_changes, read_table
from exchange.actions.subscriptions import hold_lanes, restart_lanes
from exchange.errors import CursorExpired, GrantEnded, QuotaExceeded
from exchange.models import Grant, GrantDay, UseEntry
from exchange.projected import forget_files
from exchange.storage import projections
from kernel.errors import DomainError
from tests.factories.exchange import PURPOSE, row

MASKS = {
    "name": {"kind": "partial", "form": "ends", "head": 1, "tail": 0},
    "area": {"kind": "full"},
}
CITY = 'level = "2"'
FIRST = [row("110101", "甲区", level="2"), row("110102", "乙区"), row("110103", "丙区", level="2")]


@pytest.fixture
def lane(world):
    return world.subscribe(grant=world.grant(masks=MASKS, condition=CITY))


@pytest.fixture
def pull(world, lane):
    return lambda cursor=None, limit=100, **how: read_changes(
        lane, actor=world.actor("reader"), cursor=cursor, limit=limit, **how
    )


def told(page):
    return [
        (c["_batch"], c["_seq"], c["_op"], c["code"], c["name"]) for c in page.table.to_pylist()
    ]


def files() -> list[str]:
    return [path.name for path in projections().rglob("*") if path.is_file()]


def test_a_page_holds_masked_values_of_the_rows_that_match(world, pull):
    world.publish(FIRST)
    page = pull()
    assert told(page) == [(1, 1, "upsert", "110101", "甲*"), (1, 2, "upsert", "110103", "丙*")]
    assert set(page.table.column("area").to_pylist()) == {None}
    assert b"110102" not in page.body


def test_a_row_that_matches_no_longer_is_told_as_gone_and_others_are_not_told(world, pull):
    world.publish(FIRST)
    world.publish([row("110101", level="3"), row("110102", "丁区"), row("110104")], "changes")
    assert told(pull())[2:] == [(2, 1, "delete", "110101", None)]


def test_pages_by_any_step_are_the_log_and_rows_that_are_hidden_take_no_place(world, pull):
    world.publish(FIRST)
    world.publish([row("110102", "乙区", level="2")], "changes")
    cursor, seen = None, []
    for _ in range(10):
        page = pull(cursor, 1)
        cursor = page.cursor
        seen += told(page)
        if not page.has_more:
            break
    assert [code for *_, code, _ in seen] == ["110101", "110103", "110102"]
    assert list(UseEntry.objects.order_by("pk").values_list("rows", flat=True)) == [1, 1, 1]
    assert GrantDay.objects.values_list("calls", "rows").get() == (3, 3)


def test_a_batch_without_a_row_to_show_is_passed_and_leaves_nothing(world, pull, trail):
    world.publish([row("110102")])
    page = pull()
    assert (page.table.num_rows, page.has_more) == (0, False)
    assert trail("subscription.read") == []
    assert not UseEntry.objects.exists()
    assert Obligation.objects.get(kind="C5").state == "open"
    world.publish([row("110101", level="2")], "changes")
    assert pull(page.cursor).table.num_rows == 1


@pytest.mark.parametrize("format", ["ndjson", "csv"])
def test_the_table_holds_masked_values_of_the_rows_that_match(world, lane, format):
    world.publish(FIRST)
    found = read_table(lane, actor=world.actor("reader"), format=format)
    text = found.path.read_text()
    rows = (
        list(csv.DictReader(text.splitlines()))
        if format == "csv"
        else [json.loads(line) for line in text.splitlines()]
    )
    assert [(r["code"], r["name"]) for r in rows] == [("110101", "甲*"), ("110103", "丙*")]
    assert found.rows == UseEntry.objects.get().rows == 2


def test_a_change_of_a_hidden_row_does_not_show_in_the_etag(world, lane):
    world.publish(FIRST)
    reader = world.actor("reader")
    before = read_table(lane, actor=reader, format="csv").etag
    world.publish([row("110102", "戊区")], "changes")
    assert read_table(lane, actor=reader, format="csv").etag == before
    world.publish([row("110101", "己区", level="2")], "changes")
    assert read_table(lane, actor=reader, format="csv").etag != before


def test_a_condition_that_no_longer_fits_stops_the_grant_instead_of_the_filter(
    world, lane, pull, unchanged
):
    world.publish(FIRST)
    Grant.objects.update(condition='flown = "2"')
    with unchanged(), pytest.raises(GrantEnded) as refused:
        pull()
    assert refused.value.facts["reason"] == "condition-invalid"


def test_where_too_much_was_published_since_the_last_table_one_starts_from_it(
    world, pull, monkeypatch
):
    monkeypatch.setattr(projected, "MOST_HISTORY", 1)
    for number in range(3):
        world.publish([row(f"11010{number}", level="2")], "changes")
    with pytest.raises(CursorExpired):
        pull()


def test_a_purpose_is_stated_once_or_with_the_call(world, unchanged):
    world.publish(FIRST)
    grant = world.grant(purposes=[PURPOSE, "audit"])
    with unchanged(), pytest.raises(DomainError) as refused:
        world.subscribe(grant=grant)
    assert refused.value.code == "purpose-missing"
    lane = world.subscribe(grant=grant, purpose="audit")
    read_changes(lane, actor=world.actor("reader"), cursor=None, limit=5)
    assert UseEntry.objects.get().purpose == "audit"
    with unchanged(), pytest.raises(DomainError) as refused:
        world.subscribe(grant=grant, purpose="advertising")
    assert refused.value.code == "purpose-not-granted"


def test_a_page_beyond_the_quota_gives_nothing(world, unchanged):
    world.publish(FIRST)
    lane = world.subscribe(grant=world.grant(rows_per_day=4))
    reader = world.actor("reader")
    read_changes(lane, actor=reader, cursor=None, limit=3)
    with unchanged(), pytest.raises(QuotaExceeded):
        read_changes(lane, actor=reader, cursor=None, limit=2)
    read_changes(lane, actor=reader, cursor=None, limit=1)
    assert GrantDay.objects.values_list("calls", "rows").get() == (2, 4)


def test_what_is_kept_goes_with_the_right(world, lane, pull, django_capture_on_commit_callbacks):
    world.publish(FIRST)
    deeds = (
        lambda: hold_lanes(lane.grant, actor=world.actor("head"), reason="停"),
        lambda: restart_lanes(lane.grant, actor=world.actor("head")),
        lambda: forget_files(lane.grant),
    )
    for deed in deeds:
        read_table(lane, actor=world.actor("reader"), format="csv")
        pull()
        assert len(files()) == 4
        with django_capture_on_commit_callbacks(execute=True):
            deed()
        assert files() == []


def test_a_system_outside_the_grant_opens_no_subscription(world, unchanged):
    grant = world.grant()
    with unchanged(), pytest.raises(DomainError) as refused:
        world.subscribe(grant=grant, system_id=world.publisher.pk)
    assert refused.value.code == "not-granted"
