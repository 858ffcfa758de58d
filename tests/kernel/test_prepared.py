"""Statements are planned once for a connection, and answer as they would have unprepared."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import DataError, connection, transaction

from kernel.prepared import Prepared, prepared

pytestmark = pytest.mark.django_db(transaction=True)


def ask(statement: Prepared, **values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        statement.execute(cursor, values)
        return cursor.fetchall()


def names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [text for (text,) in cursor.fetchall()]


@pytest.fixture(autouse=True)
def fresh():
    connection.close()
    yield
    connection.close()


def test_a_statement_with_types_is_planned_at_its_first_run_and_once():
    add = Prepared("SELECT %(one)s + %(two)s", {"one": "integer", "two": "integer"})
    assert [ask(add, one=1, two=2), ask(add, two=40, one=2)] == [[(3,)], [(42,)]]
    assert names() == [f"PREPARE {add._name} (integer, integer) AS SELECT $1 + $2"]


def test_a_statement_without_types_is_planned_when_it_is_asked_again():
    add = prepared("SELECT %(one)s + 1")
    assert ask(add, one=1) == [(2,)]
    assert names() == []
    assert [ask(add, one=4), ask(add, one=5)] == [[(5,)], [(6,)]]
    assert len(names()) == 1
    assert prepared("SELECT %(one)s + 1") is add


def test_what_is_said_before_holds_for_each_run_and_for_it_alone():
    told = Prepared(
        "SELECT current_setting('statement_timeout')", {}, "SET LOCAL statement_timeout = 777; "
    )
    assert [ask(told) for _ in range(3)] == [[("777ms",)]] * 3
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != ("777ms",)


def test_a_value_that_does_not_fit_is_refused_as_ever_and_the_next_one_is_answered():
    add = Prepared("SELECT %(one)s + 1", {"one": "integer"})
    for _ in range(2):
        with pytest.raises(DataError):
            ask(add, one="no number")
    assert ask(add, one=1) == [(2,)]


def test_a_session_that_does_not_know_the_statement_runs_it_as_it_is():
    # What a pooler does that hands another session to each statement.
    add = Prepared("SELECT %(one)s + 2", {"one": "integer"})
    assert ask(add, one=1) == [(3,)]
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert [ask(add, one=2), ask(add, one=3)] == [[(4,)], [(5,)]]
    assert names() == []


def test_a_column_that_has_got_another_type_is_read_as_it_is_now():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE dataset_state.moved (value integer)")
        cursor.execute("INSERT INTO dataset_state.moved VALUES (7)")
    try:
        read = prepared("SELECT value FROM dataset_state.moved WHERE value::text = %(of)s")
        assert [ask(read, of="7") for _ in range(3)] == [[(7,)]] * 3
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE dataset_state.moved ALTER value TYPE text")
        assert [ask(read, of="7") for _ in range(2)] == [[("7",)]] * 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE dataset_state.moved")


def test_a_value_whose_type_cannot_be_told_is_asked_as_it_is():
    echo = prepared("SELECT pg_typeof(%(any)s)::text")
    assert [ask(echo, any=1) for _ in range(3)] == [[("integer",)]] * 3


def test_rows_come_as_texts_of_which_values_are_made_when_they_are_wanted():
    facts = Prepared(
        "SELECT %(of)s, NULL::uuid, ARRAY[1, NULL], DATE '2026-01-02', true,"
        " TIMESTAMPTZ '2026-01-02 03:04:05Z', '{\"a\": 1}'::jsonb, 1.50",
        {"of": "uuid"},
    )
    of = UUID("01a20482-17e4-7bd7-b809-41b2f650660e")
    (plain,) = ask(facts, of=of)
    with connection.cursor() as cursor:
        (texts,) = facts.texts(cursor, {"of": of})
    assert texts[:5] == (str(of), None, "{1,NULL}", "2026-01-02", "t")
    assert all(text is None or isinstance(text, str) for text in texts)
    assert facts.cast(texts) == list(plain)
    assert facts.cast(texts[2:4], 2) == [[1, None], date(2026, 1, 2)]
    assert facts.cast(texts)[5] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
