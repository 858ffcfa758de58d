"""Statements of search, asked of the database."""

from typing import Any

from django.db import connection

# The planner believes that looking into the words of all documents is cheap; it is not.
_BY_INDEX = "SET LOCAL enable_seqscan = off; "
_AS_ALWAYS = "SET LOCAL enable_seqscan = on"


def rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def rows_by_index(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that finds documents by their words, always through the index."""
    with connection.cursor() as cursor:
        # Both in one message: outside a transaction they are one of their own, and the setting
        # ends with it.
        cursor.execute(_BY_INDEX + statement, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        if connection.in_atomic_block:
            cursor.execute(_AS_ALWAYS)
        return found
