"""One request on one table of a database as SQLAlchemy statements, values always bound."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from exchange.dataplane.connectors.base import Place, ReadRequest
from exchange.dataplane.connectors.places import require_columns
from exchange.dataplane.connectors.sql_catalog import SqlTable
from exchange.dataplane.errors import Terminal

_BYTES = (sa.LargeBinary, sa.BINARY, sa.VARBINARY)
Values = Callable[[sa.types.TypeEngine[Any], str], Any]


def typed_value(type_: sa.types.TypeEngine[Any], text: str) -> Any:
    """A place's text as the value that the column has; Terminal ``place-invalid``."""
    try:
        if isinstance(type_, sa.Integer):
            return int(text)
        if isinstance(type_, sa.Float):
            return float(text)
        if isinstance(type_, sa.Numeric):
            return Decimal(text)
        if isinstance(type_, sa.DateTime):
            return datetime.datetime.fromisoformat(text)
        if isinstance(type_, sa.Date):
            return datetime.date.fromisoformat(text[:10])
    except (ValueError, InvalidOperation):
        raise Terminal("place-invalid", "The place does not fit the key: read all anew.") from None
    return text


@dataclass(frozen=True)
class SqlQuery:
    """The rows that a request names, in their order."""

    request: ReadRequest
    found: SqlTable
    value: Values = typed_value

    def __post_init__(self) -> None:
        require_columns(self.request, self.found.described)
        for name, item in zip(self.request.columns, self.request.schema.items, strict=True):
            if item.type != "string" and isinstance(self.found.types[name], _BYTES):
                # They are read as hex, and some hex is a number.
                raise Terminal(
                    "source-mismatch",
                    f"The column {name!r} holds bytes: its item {item.name!r} must be text.",
                )

    @cached_property
    def selected(self) -> list[sa.ColumnElement[Any]]:
        """The items' columns, and then those of the order for the places."""
        wanted = [
            *map(self.shown, self.request.columns),
            *map(self._column, self.request.rows_order),
        ]
        return [column.label(f"c{n}") for n, column in enumerate(wanted)]

    def shown(self, name: str) -> sa.ColumnElement[Any]:
        """The column as it is read into its item."""
        return self._column(name)

    @cached_property
    def rows(self) -> sa.Select[Any]:
        """All rows of the request in order."""
        order = [self._column(name) for name in self.request.rows_order]
        return (
            sa.select(*self.selected)
            .select_from(self.found.table)
            .where(*self.tests)
            .order_by(*order)
        )

    @cached_property
    def highest(self) -> sa.Select[Any]:
        """The last watermark place of the whole table, one row or none."""
        names = self.request.watermarked_order
        columns = [self._column(name) for name in names]
        known = [column.is_not(None) for column in columns]
        return (
            sa.select(*(column.label(f"c{n}") for n, column in enumerate(columns)))
            .select_from(self.found.table)
            .where(*known)
            .order_by(*(column.desc() for column in columns))
            .limit(1)
        )

    @cached_property
    def count(self) -> sa.Select[Any]:
        """How many rows the request names."""
        return sa.select(sa.func.count()).select_from(self.found.table).where(*self.tests)

    @cached_property
    def unkeyed(self) -> sa.Select[Any] | None:
        """How many rows have no place because a column of the order is NULL; None if none can."""
        nullable = [n for n in self.request.rows_order if n in self.found.nullable]
        if not nullable:
            return None
        missing = sa.or_(*(self._column(name).is_(None) for name in nullable))
        return sa.select(sa.func.count()).select_from(self.found.table).where(missing)

    def of_keys(self, keys: list[list[str]]) -> sa.Select[Any]:
        """The rows of these keys, unordered."""
        names = self.request.order
        wanted = [
            sa.and_(
                *(
                    self._column(name) == self._value(name, text)
                    for name, text in zip(names, key, strict=True)
                )
            )
            for key in keys
        ]
        return sa.select(*self.selected).select_from(self.found.table).where(sa.or_(*wanted))

    @cached_property
    def tests(self) -> list[sa.ColumnElement[bool]]:
        """What a row must satisfy to be read."""
        request = self.request
        tests: list[sa.ColumnElement[bool]] = [
            self._column(name).is_not(None)
            for name in request.rows_order
            if name in self.found.nullable
        ]
        if request.since is not None and not request.whole:
            tests.append(self._since(request.since))
        if request.after is not None:
            tests.append(self._beyond(request.after))
        if request.until is not None:
            tests.append(sa.not_(self._beyond(request.until)))
        return tests

    def _column(self, name: str) -> sa.ColumnElement[Any]:
        return self.found.table.c[name]

    def _value(self, name: str, text: Any) -> sa.BindParameter[Any]:
        type_ = self.found.types[name]
        return sa.literal(self.value(type_, str(text)), type_)

    def _since(self, since: Place) -> sa.ColumnElement[bool]:
        request = self.request
        if not request.overlap:
            return self._beyond(since)
        value = typed_value(self.found.types[request.watermark], str(since[0]))
        if isinstance(value, datetime.datetime):
            value -= datetime.timedelta(seconds=request.overlap)
        elif isinstance(value, datetime.date):
            value -= datetime.timedelta(days=request.overlap)
        elif isinstance(value, int | float | Decimal):
            value -= request.overlap
        else:
            raise Terminal(
                "overlap-invalid",
                "A watermark of text knows no overlap: use a time, a date or a number.",
            )
        return self._column(request.watermark) >= sa.literal(
            value, self.found.types[request.watermark]
        )

    def _beyond(self, place: Place) -> sa.ColumnElement[bool]:
        """Rows after the place, written so that an index over the columns is of use."""
        names = self.request.rows_order
        if not isinstance(place, list) or len(place) != len(names):
            raise Terminal("place-invalid", "The place does not fit the key: read all anew.")
        test: sa.ColumnElement[bool] | None = None
        for name, text in reversed(list(zip(names, place, strict=True))):
            column, value = self._column(name), self._value(name, text)
            if test is None:
                test = column > value
            else:
                test = sa.and_(column >= value, sa.or_(column > value, test))
        return test if test is not None else sa.true()
