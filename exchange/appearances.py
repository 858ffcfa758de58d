"""In which batches one record stands: what a search in the ledger compares with what was given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.disclosing import disclose_page
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Schema
from exchange.dataplane.sealed import source_of
from exchange.dataplane.store import check_lately
from exchange.models import Dataset, UseEntry
from exchange.storage import store
from exchange.tables import current_schema, sound_file


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
    # Retention removed the bytes of the batches up to this one; a table stands in their place.
    gone: int = 0
    is_anchored: bool = True

    def knows(self, entry: UseEntry) -> bool:
        """Whether the bytes that tell what the entry's rows were are still here."""
        if not self.gone:
            return True
        if entry.first_number is not None:
            return entry.first_number > self.gone
        return self.is_anchored and (entry.last_number or 0) > self.gone

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
    gone: int = 0
    is_anchored: bool = True

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
            return self._disclosed(self.rows, is_filtered=bool(condition))
        shown: list[Appearance] = []
        for row, matches in zip(self.rows, matching, strict=True):
            if matches:
                shown.append(row)
            elif shown and shown[-1].values:
                # Its end was told to who had it.
                shown.append(Appearance(row.number, row.row, {}))
        return self._disclosed(shown, is_filtered=True)

    def _disclosed(self, rows: Sequence[Appearance], *, is_filtered: bool) -> Disclosed:
        return Disclosed(rows, is_filtered, self.gone, self.is_anchored)

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
    """The record with this key; a table's deletes are among its rows.

    Where retention removed batches, the record begins with the row of the table in their place.
    """
    schema = current_schema(dataset)
    dataset.refresh_from_db(fields=["first_number"])
    gone = dataset.first_number - 1
    tables = dataset.snapshots.filter(number=gone, damaged_at=None)
    anchor = tables.order_by("-created_at").first() if gone else None
    found: list[Appearance] = []
    if anchor:
        rows = _rows(check_lately(store().path(anchor.digest)), schema, key)
        found += [
            Appearance(gone, 0, {name: row.get(name) for name in schema.names}) for row in rows
        ]
    for batch in dataset.batches.filter(expired_at=None).order_by("number"):
        rows = _rows(sound_file(batch), schema, key)
        found += [_appearance(batch.number, row, schema) for row in rows]
    ordered = sorted(found, key=lambda each: (each.number, each.row))
    return Log(schema, ordered, gone, is_anchored=not gone or anchor is not None)


def _rows(path: Path, schema: Schema, key: tuple[Any, ...]) -> list[dict[str, Any]]:
    """The rows of a stored file that bear the key."""
    wanted = [(name, "=", value) for name, value in zip(schema.key, key, strict=True)]
    rows: list[dict[str, Any]] = pq.read_table(source_of(path), filters=wanted).to_pylist()
    return rows


def _appearance(number: int, row: dict[str, Any], schema: Schema) -> Appearance:
    gone = row["_op"] == "delete"
    values = {} if gone else {name: row.get(name) for name in schema.names}
    return Appearance(number, row["_seq"], values)


def _frozen(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.values())
