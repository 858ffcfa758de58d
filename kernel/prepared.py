"""Statements that the database plans once for a connection, for those that run on every call."""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import psycopg2
from django.db import Error, connection
from psycopg2 import errors
from psycopg2.extensions import TRANSACTION_STATUS_INERROR, UNICODE, string_types

Texts = tuple[str | None, ...]
MOST = 500
_SEEN, _MADE, _PLAIN = range(3)
# How often each connection of this process has run which statement.
_KNOWN: WeakKeyDictionary[Any, dict[str, int]] = WeakKeyDictionary()
_UNFIT = (
    # A pooler between us and the database may hand another session to each statement.
    errors.InvalidSqlStatementName,
    errors.DuplicatePreparedStatement,
    # The type of a column has changed since, or that of a value cannot be told.
    errors.FeatureNotSupported,
    errors.IndeterminateDatatype,
)
_AS_TEXT = dict.fromkeys(string_types, UNICODE)
_VALUE = re.compile(r"%\((\w+)\)s")


class Prepared:
    """A statement with named values as psycopg2 writes them, ``%(name)s``.

    ``types`` has the PostgreSQL type of each value; without it the database infers them, and a
    connection plans what it is asked only once as it comes. ``before`` is said before each run,
    in the same round trip and transaction.
    """

    def __init__(self, text: str, types: Mapping[str, str] | None = None, before: str = "") -> None:
        self.names = names = tuple(types or dict.fromkeys(_VALUE.findall(text)))
        places = {value: f"${place}" for place, value in enumerate(names, start=1)}
        told = f" ({', '.join(types.values())})" if types else ""
        self._name = f"s_{hashlib.sha256(text.encode()).hexdigest()[:24]}"
        self._at_once = types is not None
        self._text = before + text
        values = f" ({', '.join(f'%({name})s' for name in names)})" if names else ""
        self._kinds: list[int] = []
        self._execute = f"{before}EXECUTE {self._name}{values}"
        self._prepare = f"PREPARE {self._name}{told} AS {text % places}"

    def execute(self, cursor: Any, values: Mapping[str, Any]) -> None:
        """Run it with a cursor of Django's or psycopg2's, as ``cursor.execute`` would."""
        known = _KNOWN.setdefault(cursor.connection, {})
        state = known.get(self._name)
        if state == _PLAIN or (state is None and (not self._at_once or len(known) >= MOST)):
            if len(known) < MOST:
                known.setdefault(self._name, _SEEN)
            cursor.execute(self._text, values)
            return
        try:
            if state != _MADE:
                cursor.execute(self._prepare)
                known[self._name] = _MADE
            cursor.execute(self._execute, values)
        except (Error, psycopg2.Error) as error:
            if not isinstance(error.__cause__ or error, _UNFIT) or _in_failed(cursor.connection):
                raise
            known[self._name] = _PLAIN
            cursor.execute(self._text, values)

    def texts(self, cursor: Any, values: Mapping[str, Any]) -> list[Texts]:
        """Run it with a cursor of Django's; the rows in the texts that the database sent.

        They tell rows that were seen before from new ones, of which alone ``cast`` makes values.
        """
        cursor.cursor.string_types = _AS_TEXT
        self.execute(cursor, values)
        if not self._kinds:
            self._kinds = [column.type_code for column in cursor.description]
        found: list[Texts] = cursor.fetchall()
        return found

    def cast(self, texts: Texts, start: int = 0) -> list[Any]:
        """The values that the driver makes of neighbouring texts of a row, of which the first is
        that of column ``start``."""
        kinds = self._kinds[start : start + len(texts)]
        with connection.cursor() as cursor:
            own = cursor.connection.string_types
            casts = [own.get(kind) or string_types.get(kind, UNICODE) for kind in kinds]
            return [cast(text, cursor.cursor) for cast, text in zip(casts, texts, strict=True)]


@lru_cache(maxsize=1000)
def prepared(text: str, before: str = "") -> Prepared:
    """The statement of this text."""
    return Prepared(text, before=before)


def _in_failed(connection: Any) -> bool:
    return bool(connection.info.transaction_status == TRANSACTION_STATUS_INERROR)
