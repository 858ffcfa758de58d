"""A connection whose server is gone is found out without a round trip, and replaced."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exchange.destinations import own_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def begin():
    """As at the start of a request."""
    connection.close()
    connection.ensure_connection()
    connection.health_check_enabled = True
    yield
    connection.close()


def session() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_a_session_that_lives_is_kept_and_not_asked():
    kept = session()
    connection.health_check_done = False
    with CaptureQueriesContext(connection) as said:
        assert session() == kept
    assert len(said) == 1
    assert connection.is_usable()


def test_a_session_that_was_ended_is_replaced_before_the_next_statement():
    ended = session()
    with own_connection() as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
        assert cursor.fetchone() == (True,)
    other.close()
    assert not connection.is_usable()
    connection.health_check_done = False
    assert session() != ended


def test_a_session_that_has_something_to_say_is_kept():
    kept = session()
    with connection.cursor() as cursor:
        cursor.execute("LISTEN news")
    with own_connection() as other, other.cursor() as cursor:
        cursor.execute("NOTIFY news")
    other.close()
    connection.health_check_done = False
    assert session() == kept


def test_a_closed_connection_is_not_usable():
    connection.connection.close()
    assert not connection.is_usable()
