"""Statements that the database plans once for a connection, for those that run on every call."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db import ProgrammingError, connection
from psycopg2 import errors

# What each connection of this process has prepared already.
_MADE: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
# A pooler between us and the database may hand another session to each statement.
_POOLED = (errors.InvalidSqlStatementName, errors.DuplicatePreparedStatement)


class Prepared:
    """A statement with named values: ``types`` has the PostgreSQL type of each."""

    def __init__(self, name: str, text: str, types: Mapping[str, str]) -> None:
        self._name, self._text = name, text
        places = {value: f"${place}" for place, value in enumerate(types, start=1)}
        self._prepare = f"PREPARE {name} ({', '.join(types.values())}) AS {text % places}"
        self._execute = f"EXECUTE {name} ({', '.join(f'%({value})s' for value in types)})"

    def execute(self, cursor: Any, values: Mapping[str, Any]) -> None:
        """Run it with a cursor of Django's connection, as ``cursor.execute`` would."""
        made = _MADE.setdefault(connection.connection, set())
        try:
            if self._name not in made:
                cursor.execute(self._prepare)
                made.add(self._name)
            cursor.execute(self._execute, values)
        except ProgrammingError as error:
            if connection.in_atomic_block or not isinstance(error.__cause__, _POOLED):
                raise
            cursor.execute(self._text, values)
