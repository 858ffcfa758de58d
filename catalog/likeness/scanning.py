"""One comparison of the catalogue in force: what is alike, as rows to be kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import duckdb

from catalog.likeness.comparing import alike_entries, read_items, read_said, shared_items
from catalog.likeness.engine import open_engine
from catalog.likeness.places import Gazetteer
from catalog.likeness.reading import element_names, entries_said, read_catalogue
from catalog.likeness.repeated import repeated_items


@dataclass(frozen=True)
class Found:
    """A pair of resources, the older one left; columns where it is about two items."""

    kind: str
    left: UUID
    right: UUID
    left_column: str
    right_column: str
    score: float
    reasons: dict[str, Any]
    proposed_source: UUID | None


@dataclass(frozen=True)
class Compared:
    """How many entries were compared with all, and what was found about them."""

    entries: int
    found: list[Found]


def compare(since: datetime | None = None) -> Compared:
    """Compare the entries published at ``since`` or later (None: all) with all in force."""
    with open_engine() as (con, folder):
        read_catalogue(con, folder)
        asked = _asked(con, since)
        if asked is not None and not asked:
            return Compared(0, [])
        said = read_said(con, entries_said(con), _gazetteer(con))
        read_items(con, element_names())
        keys = _keys(con)
        found = list(_entries(con, said, asked, keys))
        found += _items(con, set(asked) if asked is not None else None, keys)
        return Compared(len(said) if asked is None else len(asked), found)


def _asked(con: duckdb.DuckDBPyConnection, since: datetime | None) -> list[int] | None:
    if since is None:
        return None
    rows = con.execute("SELECT n FROM facts WHERE since >= ? ORDER BY n", [since.timestamp()])
    return [n for (n,) in rows.fetchall()]


def _gazetteer(con: duckdb.DuckDBPyConnection) -> Gazetteer:
    offices = con.execute("SELECT DISTINCT office FROM facts ORDER BY 1").fetchall()
    names = con.cursor().execute("SELECT name FROM facts")
    return Gazetteer((name for (name,) in offices), _each(names))


def _each(reader: duckdb.DuckDBPyConnection) -> Iterator[str]:
    while rows := reader.fetchmany(20_000):
        yield from (name for (name,) in rows)


def _keys(con: duckdb.DuckDBPyConnection) -> list[tuple[UUID, UUID]]:
    rows = con.execute("SELECT resource, department FROM facts ORDER BY n").fetchall()
    return [(resource, department) for resource, department in rows]


def _entries(
    con: duckdb.DuckDBPyConnection, said: Any, asked: list[int] | None, keys: Any
) -> Iterator[Found]:
    judged = list(alike_entries(con, said, asked))
    common = shared_items(con, [(one, other) for one, other, _ in judged])
    for one, other, how in judged:
        shared = common.get((one, other)) if "items" in how.reasons else None
        reasons = how.reasons | ({"shared_items": shared} if shared else {})
        yield Found("entry", keys[one][0], keys[other][0], "", "", how.score, reasons, None)


def _items(con: duckdb.DuckDBPyConnection, asked: set[int] | None, keys: Any) -> Iterator[Found]:
    for one in repeated_items(con):
        if asked is None or one.one in asked or one.other in asked:
            left, right = keys[one.one][0], keys[one.other][0]
            yield Found(
                "item", left, right, one.one_column, one.other_column, one.score, one.reasons,
                keys[one.source][1],
            )  # fmt: skip
