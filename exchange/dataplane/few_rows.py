"""A few rows as a disclosure shows them, and as JSON: in plain values, without the engine.

What it gives is what ``disclosing.disclose_page`` and ``encoding.encode`` give; it exists because
one row must not cost the planning of a query.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import orjson

from exchange.dataplane.condition_rows import shows
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.mask_values import Masked, masked_value

Row = Sequence[Any]


class Shower:
    """Shows rows of a disclosure's ``source_names``, of which it gives these columns.

    Values are as the database driver has them: text, int, Decimal, float, bool, date, datetime in
    UTC, None.
    """

    def __init__(self, disclosure: Disclosure, columns: Sequence[str]) -> None:
        place = {name: at for at, name in enumerate(disclosure.source_names)}
        self.columns = tuple(columns)
        self._condition = disclosure.condition
        self._place = place
        self._shown: list[tuple[str, int, Masked | None]] = [
            (name, place[name], _mask(disclosure, name)) for name in columns
        ]

    def show(self, rows: Iterable[Row]) -> list[dict[str, Any]]:
        """The rows masked, of those that the condition shows."""
        condition, place = self._condition, self._place
        return [
            {name: row[at] if mask is None else mask(row[at]) for name, at, mask in self._shown}
            for row in rows
            if condition is None or shows(condition, row, place)
        ]


def _mask(disclosure: Disclosure, name: str) -> Masked | None:
    mask = disclosure.masks.get(name)
    if mask is None:
        return None
    return masked_value(mask, disclosure.schema.by_name[name], disclosure.salt)


def json_text(shown: Any) -> bytes:
    """Rows, or what holds them, as JSON: decimals as text, dates ISO 8601, datetimes RFC 3339."""
    return orjson.dumps(
        shown,
        default=_plain,
        option=orjson.OPT_PASSTHROUGH_DATETIME,
    )


def _plain(value: Any) -> str:
    write = _WRITTEN.get(type(value))
    if write is None:
        raise TypeError(type(value).__name__)
    return write(value)


def _moment(value: datetime.datetime) -> str:
    return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


_WRITTEN: dict[type, Callable[[Any], str]] = {
    Decimal: lambda value: f"{value:f}",
    datetime.date: datetime.date.isoformat,
    datetime.datetime: _moment,
}
