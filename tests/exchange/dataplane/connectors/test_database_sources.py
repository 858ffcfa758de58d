"""What the kinds with keys and watermarks promise besides."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from exchange.dataplane.connectors.proposing import mapping, propose
from exchange.dataplane.errors import Terminal
from tests.exchange.dataplane.connectors.source_worlds import DATABASES, Build
from tests.exchange.dataplane.connectors.test_sources import ids, read, rows_of
from tests.exchange.dataplane.connectors.worlds import World, person


@pytest.fixture(params=DATABASES)
def world(request: pytest.FixtureRequest, build_world: Build) -> World:
    return build_world(request.param)


def highest(world: World, **changes: Any) -> Any:
    with world.source().read(world.request(**changes)) as reading:
        list(reading)
    return reading.highest


def test_rows_with_one_watermark_are_told_apart_by_their_key(world: World) -> None:
    world.write([person(n, step=7) for n in (3, 1, 2)])
    with world.source().read(world.request(watermark="step", chunk_rows=2)) as reading:
        first = next(iter(reading))
    assert ids(rows_of(first.table)) == [1, 2]
    assert first.place == ["7", "2"]
    assert ids(read(world, watermark="step", since=first.place)) == [3]


def test_the_next_read_gives_only_what_lies_beyond_the_highest(world: World) -> None:
    world.write([person(1), person(2)])
    cursor = highest(world, watermark="step")
    assert cursor == ["2", "2"]
    assert read(world, watermark="step", since=cursor) == []
    assert highest(world, watermark="step", since=cursor) == cursor
    world.write([person(9, step=2), person(4)])
    assert ids(read(world, watermark="step", since=cursor)) == [9, 4]


def test_an_overlap_reads_again_what_may_have_been_committed_late(world: World) -> None:
    world.write([person(n, step=n * 10) for n in range(1, 6)])
    again = read(world, watermark="step", since=["50", "5"], overlap=20)
    assert ids(again) == [3, 4, 5]
    base = person(3)["seen_at"].astimezone(datetime.UTC)
    cursor = highest(world, watermark="seen_at")
    assert base < person(5)["seen_at"]
    assert ids(read(world, watermark="seen_at", since=cursor)) == []
    assert ids(read(world, watermark="seen_at", since=cursor, overlap=2)) == [3, 4, 5]


def test_a_text_knows_no_overlap(world: World) -> None:
    world.write([person(1)])
    with pytest.raises(Terminal) as failure:
        read(world, watermark="note", since=["a", "1"], overlap=1)
    assert failure.value.code == "overlap-invalid"


def test_times_are_compared_to_the_microsecond(world: World) -> None:
    moment = datetime.datetime(2026, 3, 1, 0, 0, 0, 1, tzinfo=datetime.UTC)
    tick = datetime.timedelta(microseconds=1)
    world.write([person(1, seen_at=moment), person(2, seen_at=moment + tick)])
    with world.source().read(world.request(watermark="seen_at", chunk_rows=1)) as reading:
        first = next(iter(reading))
    assert ids(read(world, watermark="seen_at", since=first.place)) == [2]


def test_big_numbers_and_amounts_are_compared_exactly(world: World) -> None:
    world.write([person(1, big=9007199254740992), person(2, big=9007199254740993)])
    assert ids(read(world, watermark="big", since=["9007199254740992", "1"])) == [2]


def test_rows_without_a_watermark_are_counted_and_only_a_whole_read_gives_them(
    world: World,
) -> None:
    world.write([person(1), person(2), person(3) | {"step": None}])
    with world.source().read(world.request(watermark="step")) as reading:
        assert ids([r for chunk in reading for r in rows_of(chunk.table)]) == [1, 2]
    assert reading.unkeyed == 1
    with world.source().read(world.request(watermark="step", whole=True)) as reading:
        assert ids([r for chunk in reading for r in rows_of(chunk.table)]) == [1, 2, 3]
    assert reading.highest == ["2", "2"]
    assert reading.unkeyed == 0


def test_a_read_may_end_at_a_place(world: World) -> None:
    world.write([person(n) for n in range(1, 6)])
    assert ids(read(world, until=["3"])) == [1, 2, 3]
    assert ids(read(world, after=["1"], until=["3"])) == [2, 3]


def test_rows_are_counted_and_fetched_by_key(world: World) -> None:
    world.write([person(n) for n in range(1, 8)])
    source = world.source()
    assert source.count(world.request()) == 7
    assert source.count(world.request(after=["5"])) == 2
    found = source.fetch(world.request(), [["2"], ["5"], ["99"]])
    assert sorted(ids(rows_of(found))) == [2, 5]
    assert len(source.fetch(world.request(), [])) == 0


def test_a_place_of_another_key_is_refused(world: World) -> None:
    world.write([person(1)])
    with pytest.raises(Terminal) as failure:
        read(world, after=["1", "2"])
    assert failure.value.code == "place-invalid"


def test_the_proposal_has_key_lengths_and_scales(world: World) -> None:
    world.write([person(1)])
    described = world.source().describe(world.table)
    schema = propose(described)
    assert schema.key == ("id",)
    assert schema.by_name["name"].length == 60
    assert mapping(described)["born_on"] == "born_on"
    if world.kind != "sql":
        assert (schema.by_name["amount"].type, schema.by_name["amount"].scale) == ("decimal", 2)


def test_a_table_that_is_not_there_is_terminal_and_named(world: World) -> None:
    with pytest.raises(Terminal) as failure:
        world.source().describe(world.table + "_gone")
    assert failure.value.code == "source-mismatch"
    assert "people_gone" in failure.value.detail


def test_a_name_with_quotes_is_a_name_and_no_statement(world: World) -> None:
    world.write([person(1)])
    for name in ('people"; DROP TABLE people; --', "people` WHERE 1=1 -- ", "x' OR '1'='1"):
        with pytest.raises(Terminal, match="source-mismatch"):
            world.source().describe(name)
    assert ids(read(world)) == [1]


def test_memory_stays_flat_as_the_rows_grow(build_world: Build) -> None:
    """Of each kind: the Arrow bytes alive at once do not depend on how many chunks there are."""
    for kind in DATABASES:
        world = build_world(kind)
        world.write([person(n) for n in range(1, 401)])
        peaks = []
        for until in (["100"], ["400"]):
            peak = 0
            with world.source().read(world.request(chunk_rows=20, until=until)) as reading:
                for _ in reading:
                    peak = max(peak, pa.total_allocated_bytes())
            peaks.append(peak)
        assert peaks[1] <= peaks[0] * 1.5 + 200_000


def test_a_value_that_is_none_of_the_type_comes_as_text(build_world: Build) -> None:
    world = build_world("postgres")
    world.write([person(1, amount=Decimal("NaN")), person(2)])
    with world.source().read(world.request()) as reading:
        (chunk,) = list(reading)
    assert chunk.table.column("amount").to_pylist() == ["NaN", "2.50"]
    assert chunk.table.schema.field("id").type == pa.int64()


def test_one_read_sees_one_moment(build_world: Build, target_dsn: str) -> None:
    for kind in ("postgres", "mysql"):
        world = build_world(kind)
        world.write([person(n) for n in range(1, 5)])
        with world.source().read(world.request(chunk_rows=1)) as reading:
            chunks = iter(reading)
            next(chunks)
            world.write([person(5), person(6)])
            assert sum(chunk.rows for chunk in chunks) == 3
        assert len(read(world)) == 6


def test_a_sqlite_file_outside_the_open_folders_is_refused(
    build_world: Build, tmp_path: Path
) -> None:
    world = build_world("sqlite")
    world.write([person(1)])
    world.folders = (tmp_path / "other",)
    with pytest.raises(Terminal, match="folder-denied"):
        world.source().test()
