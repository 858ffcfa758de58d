"""What every kind of source promises, each sentence tried on all of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from exchange.dataplane.casting import cast_texts
from exchange.dataplane.chunks import Chunk as Body
from exchange.dataplane.chunks import flat
from exchange.dataplane.connectors.base import ReadRequest
from exchange.dataplane.egress_policy import EgressPolicy
from exchange.dataplane.errors import Terminal, Transient
from tests.exchange.dataplane.connectors.source_worlds import KINDS, Build
from tests.exchange.dataplane.connectors.worlds import COLUMNS, PEOPLE, TRAPS, World, arrow, person


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, build_world: Build) -> World:
    return build_world(request.param)


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """The rows as the hub will have them: what came as text is cast, and nothing fails."""
    columns = {name: flat(table.column(name)) for name in table.column_names}
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        cast = cast_texts(Body(pa.arange(0, len(table)), columns), PEOPLE, con)
    assert not cast.faults
    made = pa.table({name: cast.columns[name] for name in PEOPLE.names})
    return made.cast(PEOPLE.arrow).to_pylist()


def read(world: World, **changes: Any) -> list[dict[str, Any]]:
    given = {name: changes.pop(name) for name in ("options", "secrets") if name in changes}
    with world.source(**given).read(world.request(**changes)) as reading:
        return [row for chunk in reading for row in rows_of(chunk.table)]


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def test_every_row_is_read_once_in_order_in_chunks_of_the_size_asked_for(world: World) -> None:
    world.write([person(n) for n in range(1, 8)])
    with world.source().read(world.request(chunk_rows=3)) as reading:
        chunks = list(reading)
    assert ids([row for chunk in chunks for row in rows_of(chunk.table)]) == list(range(1, 8))
    assert all(chunk.rows <= 4 for chunk in chunks)
    assert len(chunks) >= 2
    assert all(chunk.bytes > 0 for chunk in chunks if chunk.rows)
    assert reading.unkeyed == 0


def test_a_read_goes_on_after_any_place_with_what_is_left(world: World) -> None:
    world.write([person(n) for n in range(1, 6)])
    world.write([person(n) for n in range(6, 8)])
    with world.source().read(world.request(chunk_rows=2)) as reading:
        seen: list[int] = []
        for chunk in reading:
            seen += ids(rows_of(chunk.table))
            rest = ids(read(world, chunk_rows=2, after=chunk.place))
            assert seen + rest == list(range(1, 8))


def test_every_value_arrives_as_it_is(world: World) -> None:
    world.write(TRAPS)
    assert read(world) == arrow(TRAPS).to_pylist()


def test_an_empty_source_gives_no_rows_and_no_error(world: World) -> None:
    world.write([])
    assert read(world) == []


@pytest.mark.parametrize("kind", KINDS)
def test_rows_without_a_key_are_left_out_and_counted(kind: str, build_world: Build) -> None:
    world = build_world(kind, keyless=True)
    world.write([person(1), person(2), person(3) | {"id": None}])
    with world.source().read(world.request()) as reading:
        assert ids([row for chunk in reading for row in rows_of(chunk.table)]) == [1, 2]
    assert reading.unkeyed == 1


def test_a_column_that_is_gone_is_terminal_and_named(world: World) -> None:
    world.write([person(1)])
    assert world.drop
    world.drop("amount")
    with pytest.raises(Terminal) as failure:
        read(world)
    assert failure.value.code == "source-mismatch"
    assert "amount" in failure.value.detail


def test_a_lost_line_is_transient(world: World) -> None:
    world.write([person(n) for n in range(1, 5)])
    if world.cut is None:
        pytest.skip("a file of this machine has no line to lose")
    source = world.source()
    world.cut()
    with pytest.raises(Transient) as failure, source.read(world.request()) as reading:
        list(reading)
    assert failure.value.code in ("connection-failed", "connection-lost", "folder-missing")


def test_a_wrong_password_is_terminal_and_not_repeated(world: World) -> None:
    world.write([person(1)])
    if world.wrong is None:
        pytest.skip("this kind has no login")
    source = world.source(**world.wrong)
    for ask in (
        source.test,
        lambda: source.describe(world.table),
        lambda: read(world, **world.wrong),
    ):
        with pytest.raises(Terminal) as failure:
            ask()
        assert failure.value.code == "login-refused"
        assert "secret" not in str(failure.value)
        assert failure.value.__suppress_context__ or failure.value.__context__ is None


def test_no_source_is_reached_that_the_list_does_not_open(world: World) -> None:
    if not world.address:
        pytest.skip("this kind goes nowhere")
    source = world.source(policy=EgressPolicy())
    with pytest.raises(Terminal, match="egress-denied"):
        source.test()
    with (
        pytest.raises(Terminal, match="egress-denied"),
        source.read(world.request()) as reading,
    ):
        list(reading)


def test_a_test_tells_what_is_there(world: World) -> None:
    world.write([person(1)])
    assert "1" in world.source().test()
    assert world.source().tables()


def test_the_columns_are_described_as_items(world: World) -> None:
    world.write([person(n) for n in range(1, 4)])
    found = world.source().describe(world.table)
    assert found.names == COLUMNS
    types = {column.name: column.item.type for column in found.columns}
    assert types["name"] == "string"
    assert types["born_on"] == "date"
    assert types["seen_at"] == "datetime"
    assert types["alive"] == "boolean"
    assert types["id"] == "integer"


def test_a_sample_shows_some_rows_as_text(world: World) -> None:
    world.write([person(n) for n in range(1, 4)])
    found = world.source().sample(world.table, 2)
    assert found.column_names == list(COLUMNS)
    assert len(found) == 2
    assert all(pa.types.is_string(field.type) for field in found.schema)
    assert found.column("name").to_pylist() == ["张三1", "张三2"]


def test_columns_may_be_read_under_other_names_and_some_left_out(world: World) -> None:
    world.write([person(1), person(2)])
    items = (replace(PEOPLE.by_name["id"], name="code"), replace(PEOPLE.items[1], name="title"))
    request = ReadRequest(world.table, ("id", "name"), replace(PEOPLE, items=items, key=("code",)))
    with world.source().read(request) as reading:
        tables = [chunk.table for chunk in reading]
    whole = pa.concat_tables(table.cast(request.schema.arrow) for table in tables)
    assert whole.to_pylist() == [{"code": 1, "title": "张三1"}, {"code": 2, "title": "张三2"}]


def test_a_read_that_ends_early_lets_go_and_the_next_one_works(world: World) -> None:
    world.write([person(n) for n in range(1, 9)])
    with world.source().read(world.request(chunk_rows=2)) as reading:
        next(iter(reading))
    assert len(read(world)) == 8


def test_places_only_go_forward(world: World) -> None:
    world.write([person(n) for n in range(1, 9)])
    with world.source().read(world.request(chunk_rows=2)) as reading:
        places = [chunk.place for chunk in reading]
    assert all(before != after for before, after in pairwise(places))
