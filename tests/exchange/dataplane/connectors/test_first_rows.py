"""The first batch goes by COPY into the empty table itself, and ends as any other way would."""

from collections.abc import Callable
from contextlib import closing

import psycopg2
import pytest

from exchange.dataplane.connectors.base import Applied, Position
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Schema
from tests.exchange.dataplane.connectors.conftest import PERSON, Target

Build = Callable[[Schema], Target]
FIRST = [("upsert", {"id": n, "name": f"王{n}"}) for n in range(1, 501)]
KEYS = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'p' AND conrelid = '{}'::regclass"
)


def keys(made: Target) -> list[tuple[str, str]]:
    """The primary keys of the table."""
    return made.run(KEYS)


def test_the_key_is_there_again_behind_the_rows(target: Build) -> None:
    made = target(PERSON)
    before = keys(made)
    outcome = made.sink.apply(made.files.changes(FIRST), Position(1, 1))
    assert outcome == Applied(Position(1, 1), upserts=500)
    assert len(made.rows()) == 500
    assert keys(made) == before != []


def test_of_a_key_that_stands_twice_the_last_row_holds(target: Build) -> None:
    made = target(PERSON)
    before = keys(made)
    changes = [*FIRST, ("upsert", {"id": 7, "name": "李"})]
    assert made.sink.apply(made.files.changes(changes), Position(1, 1)).upserts == 500
    assert dict(made.rows())[7] == "李"
    assert keys(made) == before


def test_a_first_batch_that_deletes_takes_the_usual_way(target: Build) -> None:
    made = target(PERSON)
    changes = [*FIRST, ("delete", {"id": 7})]
    made.sink.apply(made.files.changes(changes), Position(1, 1))
    assert 7 not in dict(made.rows())
    assert len(made.rows()) == 499


def test_who_looks_at_the_empty_table_is_not_in_the_way(target: Build) -> None:
    made = target(PERSON)
    with closing(psycopg2.connect(made.dsn)) as reader, reader.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{made.place}".t')
        assert made.sink.apply(made.files.changes(FIRST), Position(1, 1)).upserts == 500
    assert len(made.rows()) == 500


def test_a_table_that_others_refer_to_keeps_its_key(target: Build) -> None:
    made = target(PERSON)
    made.run("CREATE TABLE card (person bigint REFERENCES {} (id))")
    assert made.sink.apply(made.files.changes(FIRST), Position(1, 1)).upserts == 500
    assert len(keys(made)) == 1


def test_a_check_that_refuses_leaves_the_empty_table_with_its_key(target: Build) -> None:
    made = target(PERSON)
    before = keys(made)

    def refuse() -> None:
        raise Terminal("lease-lost", "another worker holds the lane")

    with pytest.raises(Terminal, match="lease-lost"):
        made.sink.apply(made.files.changes(FIRST), Position(1, 1), check=refuse)
    assert made.rows() == []
    assert keys(made) == before
