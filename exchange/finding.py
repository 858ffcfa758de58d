"""The record of one whole key, found for all calls that wait for one of the same table at once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from exchange.dataplane.connectors.postgres_lookup import Finder
from exchange.dataplane.errors import Terminal, Transient
from exchange.models import Dataset
from exchange.tables import find_records
from kernel.together import Together

Row = tuple[Any, ...]


def find_key(dataset: Dataset, finder: Finder, key: Row) -> list[Row]:
    """The row of this key as it is stored, or none. Faults are those of ``find_records``."""
    asked = _Asked(dataset, finder, key)
    if connection.in_atomic_block:
        return _find([asked])[0]
    return _TOGETHER.ask(finder, asked)


class _Asked(NamedTuple):
    """A key that is looked for; the dataset is as the database had it when it was asked."""

    dataset: Dataset
    finder: Finder
    key: Row


def _find_all(party: Sequence[_Asked]) -> Sequence[list[Row] | Exception]:
    """The row of each; where one of them is refused, each is looked for by itself."""
    try:
        return _find(party)
    except Terminal:
        if len(party) == 1:
            raise
    return [_find_alone(asked) for asked in party]


def _find_alone(asked: _Asked) -> list[Row] | Exception:
    try:
        return _find([asked])[0]
    except (Terminal, Transient) as fault:
        return fault


def _find(party: Sequence[_Asked]) -> list[list[Row]]:
    keys = [asked.key for asked in party]
    # A recall that any of them knows of is followed for all.
    newest = max((asked.dataset for asked in party), key=lambda row: row.recalled_number)
    found: list[list[Row]] = [[] for _ in party]
    for place, *row in find_records(
        newest, party[0].finder, lambda finder, cursor: finder.find_keys(cursor, keys)
    ):
        found[place - 1].append(tuple(row))
    return found


_TOGETHER = Together(_find_all)
