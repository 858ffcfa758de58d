"""In which batches one record stands: what a search in the ledger compares with what was given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.disclosing import disclose_page
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Schema
from exchange.models import Dataset, UseEntry
from exchange.tables import batch_file, current_schema


@dataclass(frozen=True)
class Appearance:
    """One row of the record in the log; ``values`` is empty for its deletion."""

    number: int
    row: int
    values: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Disclosed:
    """The rows of one record that a grant showed: places, and which of them ended it."""

    shown: Sequence[Appearance]
    # Where rows are filtered, places within a batch are not those of the batch.
    is_filtered: bool

    def within(self, entry: UseEntry) -> bool:
        """Whether what the entry says was given held the record."""
        if entry.first_number is None:
            return self._stood_at((entry.last_number or 0, entry.last_row))
        first, last = (entry.first_number, entry.first_row), (entry.last_number, entry.last_row)
        if self.is_filtered:
            until = entry.last_number if entry.last_row else (entry.last_number or 0) - 1
            return any(first[0] <= each.number <= (until or 0) for each in self.shown)
        return any(first < (each.number, each.row) <= last for each in self.shown)

    def _stood_at(self, place: tuple[int, int]) -> bool:
        """Whether the table as of the place had it."""
        before = [each for each in self.shown if (each.number, each.row) <= place]
        return bool(before) and bool(before[-1].values)


@dataclass(frozen=True)
class Log:
    """Every row of one record, in the order of the log."""

    schema: Schema
    rows: Sequence[Appearance]

    def under(self, condition: str) -> Disclosed:
        """What of it a grant with this row condition showed.

        A condition that no longer fits the data is taken to have shown everything: a search must
        not miss a receiver.
        """
        try:
            matching = self._matching(condition) if condition else None
        except Terminal:
            matching = None
        if matching is None:
            return Disclosed(self.rows, is_filtered=bool(condition))
        shown: list[Appearance] = []
        for row, matches in zip(self.rows, matching, strict=True):
            if matches:
                shown.append(row)
            elif shown and shown[-1].values:
                # Its end was told to who had it.
                shown.append(Appearance(row.number, row.row, {}))
        return Disclosed(shown, is_filtered=True)

    def _matching(self, condition: str) -> list[bool]:
        disclosure = Disclosure(
            self.schema, self.schema.names, {}, parse_condition(condition, self.schema)
        )
        matched = {_frozen(row) for row in disclose_page(self._table, disclosure).to_pylist()}
        return [bool(each.values) and _frozen(each.values) in matched for each in self.rows]

    @cached_property
    def _table(self) -> pa.Table:
        records = [each.values for each in self.rows if each.values]
        return pa.Table.from_pylist(records, schema=self.schema.arrow)


def log_of(dataset: Dataset, key: tuple[Any, ...]) -> Log:
    """The record with this key; a table's deletes are among its rows."""
    schema = current_schema(dataset)
    found: list[Appearance] = []
    for batch in dataset.batches.order_by("number"):
        table = pq.read_table(
            batch_file(batch),
            filters=[(name, "=", value) for name, value in zip(schema.key, key, strict=True)],
        )
        found += [_appearance(batch.number, row, schema) for row in table.to_pylist()]
    return Log(schema, sorted(found, key=lambda each: (each.number, each.row)))


def _appearance(number: int, row: dict[str, Any], schema: Schema) -> Appearance:
    gone = row["_op"] == "delete"
    values = {} if gone else {name: row.get(name) for name in schema.names}
    return Appearance(number, row["_seq"], values)


def _frozen(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.values())
