"""Reading under a grant: named items only, from a place on, and never after its end."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from accounts.models import Obligation
from exchange.actions.datasets import evolve_dataset
from exchange.actions.reads import read_changes, read_table
from exchange.actions.subscriptions import end_subscription, pause_subscription
from exchange.dataplane.reading import encode
from exchange.errors import (
    CursorExpired,
    GrantEnded,
)
from kernel.cursors import BadCursor
from kernel.errors import Forbidden, Invalid
from tests.factories.exchange import GRANTED, SECRET, make_world, row, shown

FIRST = [row("110101"), row("110102"), row("110103")]
SECOND = [row("110101"), row("110102", "改名区"), row("110104")]
MARKS = ["_batch", "_op", "_seq"]


def fold(pages: list[pa.Table]) -> dict[str, dict]:
    """What a subscriber holds after applying the changes in order."""
    held: dict[str, dict] = {}
    for change in (change for page in pages for change in page.to_pylist()):
        values = {name: value for name, value in change.items() if name not in MARKS}
        if change["_op"] == "delete":
            held.pop(change["code"])
        else:
            held[change["code"]] = values
    return held


def plain(rows: list[dict]) -> dict[str, tuple]:
    return {r["code"]: (r["name"], r["level"], str(r["area"]), str(r["revised_on"])) for r in rows}


@pytest.fixture
def lane(world):
    return world.subscribe()


@pytest.fixture
def pull(world, lane):
    """``pull(cursor, limit)``: the next page for the reading system."""
    reader = world.actor("reader")
    return lambda cursor=None, limit=100: read_changes(
        lane, actor=reader, cursor=cursor, limit=limit
    )


def all_pages(pull, limit: int) -> list[pa.Table]:
    pages, cursor = [], None
    for _ in range(100):
        page = pull(cursor, limit)
        pages.append(page.table)
        cursor = page.cursor
        if not page.has_more:
            return pages
    raise AssertionError("the pages do not end")


def test_a_page_holds_the_granted_items_and_no_other(world, pull):
    world.publish(FIRST)
    page = pull()
    assert page.table.column_names == [*MARKS, *GRANTED]
    assert (page.table.num_rows, page.has_more, page.last_number) == (3, False, 1)
    assert SECRET.encode() not in encode(page.table, "json")


def test_before_the_first_batch_there_is_an_empty_page_of_the_same_shape(world, pull, unchanged):
    with unchanged():
        page = pull()
    assert page.table.column_names == [*MARKS, *GRANTED]
    assert (page.table.num_rows, page.has_more, page.last_number) == (0, False, 0)
    world.publish(FIRST)
    assert pull(page.cursor).table.num_rows == 3


def test_changes_come_in_order_with_their_batch_and_place(world, pull):
    world.publish(FIRST)
    world.publish(SECOND)
    marks = [(c["_batch"], c["_seq"], c["_op"], c["code"]) for c in pull().table.to_pylist()]
    assert marks[:3] == [(1, n, "upsert", f"11010{n}") for n in (1, 2, 3)]
    assert [(b, s) for b, s, _, _ in marks[3:]] == [(2, 1), (2, 2), (2, 3)]
    assert {(op, code) for _, _, op, code in marks[3:]} == {
        ("upsert", "110102"),
        ("delete", "110103"),
        ("upsert", "110104"),
    }


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
def test_paging_by_any_step_gives_the_whole_log(world, pull, limit):
    world.publish(FIRST)
    world.publish(SECOND)
    world.publish([row("110105")], "changes")
    pages = all_pages(pull, limit)
    assert all(page.num_rows <= limit for page in pages)
    assert pa.concat_tables(pages).equals(pull(limit=100).table)
    assert plain(fold(pages).values()) == plain([shown(r) for r in [*SECOND, row("110105")]])


def test_the_same_cursor_gives_the_same_bytes(world, pull):
    world.publish(FIRST)
    cursor = pull(limit=1).cursor
    before = [encode(pull(cursor, 2).table, format) for format in ("json", "csv", "ndjson")]
    world.publish(SECOND)
    after = [encode(pull(cursor, 2).table, format) for format in ("json", "csv", "ndjson")]
    assert before == after
    assert pull(cursor, 2).cursor == pull(cursor, 2).cursor


def test_a_page_ends_at_its_limit_within_a_batch(world, pull):
    world.publish(FIRST)
    page = pull(limit=2)
    assert (page.table.num_rows, page.has_more) == (2, True)
    rest = pull(page.cursor, 2)
    assert (rest.table.column("code").to_pylist(), rest.has_more) == (["110103"], False)


def test_presenting_a_cursor_moves_the_position(world, lane, pull):
    world.publish(FIRST)
    world.publish(SECOND)
    page = pull(limit=3)
    lane.refresh_from_db()
    assert lane.position == 0
    pull(page.cursor, 1)
    lane.refresh_from_db()
    assert lane.position == 1
    pull(None, 1)
    lane.refresh_from_db()
    assert lane.position == 1


def test_reading_does_not_move_a_webhooks_or_a_sinks_lane(world, receiver, target):
    world.publish(FIRST)
    grant = world.grant()
    webhook = world.subscribe("webhook", grant, url=receiver.url)
    sink = world.subscribe(
        "sink", grant, dsn=target.dsn, target_schema="shared", target_table="divisions"
    )
    for lane in (webhook, sink):
        page = read_changes(lane, actor=world.actor("reader"), cursor=None, limit=10)
        read_changes(lane, actor=world.actor("reader"), cursor=page.cursor, limit=10)
        lane.refresh_from_db()
        assert lane.position == 0


def test_each_page_is_in_the_trail_and_the_first_meets_c5(world, pull, trail):
    world.publish(FIRST)
    assert Obligation.objects.get(kind="C5").state == "open"
    page = pull(limit=2)
    assert Obligation.objects.get(kind="C5").state == "met"
    assert trail("subscription.read") == [
        {"start": [1, 0], "end": [1, 2], "rows": 2, "items": GRANTED, "edition": 1}
    ]
    rest = pull(page.cursor)
    pull(rest.cursor)
    assert [entry["rows"] for entry in trail("subscription.read")] == [2, 1]


@pytest.mark.parametrize("who", ["asker", "asker_head", "steward", "publisher"])
def test_only_the_granted_departments_system_reads(world, lane, unchanged, who):
    world.publish(FIRST)
    with unchanged(), pytest.raises(Forbidden):
        read_changes(lane, actor=world.actor(who), cursor=None, limit=10)


def test_a_cursor_is_good_for_its_grant_only(world, pull, unchanged):
    world.publish(FIRST)
    other = world.subscribe()
    page = read_changes(other, actor=world.actor("reader"), cursor=None, limit=1)
    with unchanged(), pytest.raises(CursorExpired):
        pull(page.cursor)


def test_a_cursor_of_another_dataset_is_none_of_ours(world, pull, unchanged):
    stranger = make_world()
    stranger.publish(FIRST)
    page = read_changes(stranger.subscribe(), actor=stranger.actor("reader"), cursor=None, limit=1)
    with unchanged(), pytest.raises(BadCursor):
        pull(page.cursor)


@pytest.mark.parametrize("cursor", ["", "x", "eyJkIjoxfQ:1:2", "￿", "a" * 5000])
def test_a_made_up_cursor_is_refused_or_means_the_beginning(world, pull, cursor):
    world.publish(FIRST)
    if not cursor:
        assert pull(cursor).table.num_rows == 3
        return
    with pytest.raises(BadCursor):
        pull(cursor)


def test_a_new_epoch_or_edition_sends_readers_back_to_a_snapshot(world, lane, pull):
    world.publish(FIRST)
    cursor = pull(limit=1).cursor
    lane.grant.change(edition=2)
    with pytest.raises(CursorExpired):
        pull(cursor)
    cursor = pull(limit=1).cursor
    lane.dataset.change(epoch=2)
    with pytest.raises(CursorExpired):
        pull(cursor)


def test_an_item_that_is_no_longer_shared_is_gone_at_once(world, pull):
    world.publish(FIRST)
    assert "area" in pull().table.column_names
    world.edition(area={"share_type": "not_shared"})
    assert pull().table.column_names == [*MARKS, "code", "name", "level", "revised_on"]
    world.edition(code={"share_type": "not_shared"})
    with pytest.raises(GrantEnded):
        pull()


def test_an_item_added_later_is_not_in_an_old_grant(world, pull):
    world.edition(mayor={"data_type": "C", "length": 20})
    evolve_dataset(world.dataset, actor=world.actor("steward"))
    world.publish([row("110101", mayor="张三")])
    assert pull().table.column_names == [*MARKS, *GRANTED]


def test_paused_reading_goes_on_and_ended_does_not(world, lane, pull, unchanged):
    world.publish(FIRST)
    pause_subscription(lane, actor=world.actor("asker"), reason="停")
    assert pull().table.num_rows == 3
    end_subscription(lane, actor=world.actor("asker"), reason="停")
    with unchanged(), pytest.raises(GrantEnded):
        pull()


def test_a_withdrawn_resource_is_no_longer_read(world, lane, pull, unchanged):
    world.publish(FIRST)
    world.resource.published.change(state="withdrawn")
    with unchanged(), pytest.raises(GrantEnded):
        pull()


def table_rows(path: Path, format: str) -> list[dict]:
    if format == "parquet":
        return pq.read_table(path).to_pylist()
    text = path.read_text()
    if format == "csv":
        return list(csv.DictReader(text.splitlines()))
    return [json.loads(line) for line in text.splitlines()]


def test_the_table_and_the_changes_after_it_are_the_head(world, lane, pull):
    world.publish(FIRST)
    found = read_table(lane, actor=world.actor("reader"), format="ndjson")
    assert (found.number, found.rows) == (1, 3)
    rows = {r["code"]: r for r in table_rows(found.path, "ndjson")}
    assert plain(rows.values()) == plain([shown(r) for r in FIRST])
    world.publish(SECOND)
    for change in pull(found.cursor).table.to_pylist():
        if change["_op"] == "delete":
            del rows[change["code"]]
        else:
            rows[change["code"]] = change
    assert plain(rows.values()) == plain([shown(r) for r in SECOND])
    again = read_table(lane, actor=world.actor("reader"), format="ndjson")
    assert plain(table_rows(again.path, "ndjson")) == plain(rows.values())
    assert pull(again.cursor).table.num_rows == 0


def test_every_format_of_the_table_holds_the_same(world, lane):
    world.publish(FIRST)
    reader = world.actor("reader")
    made = {
        format: plain(table_rows(read_table(lane, actor=reader, format=format).path, format))
        for format in ("ndjson", "csv", "parquet")
    }
    assert made["ndjson"] == made["csv"] == made["parquet"] == plain([shown(r) for r in FIRST])


def test_a_table_after_changes_is_folded_and_kept(world, lane, trail):
    world.publish(FIRST)
    world.publish([{"code": "110102", "_op": "delete"}], "changes")
    reader = world.actor("reader")
    first = read_table(lane, actor=reader, format="csv")
    assert [r["code"] for r in table_rows(first.path, "csv")] == ["110101", "110103"]
    made = first.path.stat().st_ino
    second = read_table(lane, actor=reader, format="csv")
    assert (second.path, second.path.stat().st_ino) == (first.path, made)
    assert len(trail("subscription.table_read")) == 2
    assert trail("subscription.table_read")[0]["items"] == GRANTED


def test_an_empty_dataset_has_no_table(world, lane, unchanged):
    with unchanged(), pytest.raises(Invalid) as refused:
        read_table(lane, actor=world.actor("reader"), format="csv")
    assert refused.value.facts == {"reason": "empty-dataset"}


def test_a_kept_projection_never_shows_what_was_closed_since(world, lane):
    world.publish(FIRST)
    reader = world.actor("reader")
    assert "area" in read_table(lane, actor=reader, format="csv").path.read_text()
    world.edition(area={"share_type": "not_shared"})
    found = read_table(lane, actor=reader, format="csv")
    assert "area" not in found.path.read_text()


def test_events_are_read_from_the_beginning(events):
    happened = [{"happened_at": f"2026-11-22T08:0{n}:00+08:00", "place": f"{n}"} for n in range(3)]
    events.publish(happened[:2], "append")
    events.publish(happened[2:], "append")
    lane = events.subscribe(grant=events.grant(["happened_at", "place"]))
    reader = events.actor("reader")
    page = read_changes(lane, actor=reader, cursor=None, limit=10)
    assert page.table.column("place").to_pylist() == ["0", "1", "2"]
    assert page.table.column("_op").to_pylist() == ["upsert"] * 3
    found = read_table(lane, actor=reader, format="ndjson")
    assert (found.rows, len(found.path.read_text().splitlines())) == (3, 3)
