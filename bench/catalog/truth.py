"""What was found in the catalogue with planted duplicates, against what was planted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa

from bench.catalog.planting import Planted, Row
from catalog.likeness.comparing import EntrySaid, alike_entries, read_items, read_said
from catalog.likeness.engine import open_engine
from catalog.likeness.judging import Judged
from catalog.likeness.places import Gazetteer
from catalog.names import name_key

Pairs = dict[tuple[int, int], Judged]


@dataclass
class Score:
    """Pairs with a planted row: found and right, found and wrong, not found."""

    right: int = 0
    wrong: list[tuple[int, int]] = field(default_factory=list)
    missed: list[tuple[int, int]] = field(default_factory=list)
    # Neighbours that were taken for one, among the wrong.
    confused: Counter[str] = field(default_factory=Counter)
    missed_deeds: Counter[str] = field(default_factory=Counter)
    # Found among the real entries themselves: nobody knows the truth of these.
    unknown: int = 0

    @property
    def precision(self) -> float:
        """The share of pairs found that are right."""
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        """The share of planted pairs that were found."""
        return self.right / max(1, self.right + len(self.missed))


def find(rows: list[Row]) -> Pairs:
    """The pairs that the platform's own comparison finds in these rows."""
    offices = sorted({row.department for row in rows})
    gazetteer = Gazetteer(offices, [row.name for row in rows])
    entries = [
        EntrySaid(n, row.name, (row.city, row.department), row.department, row.abstract)
        for n, row in enumerate(rows)
    ]
    with open_engine() as (con, _):
        said = read_said(con, entries, gazetteer)
        items = [(n, item) for n, row in enumerate(rows) for item in row.items]
        table = pa.table(
            {"n": [n for n, _ in items], "name": [item for _, item in items]},
            schema=pa.schema([("n", pa.int32()), ("name", pa.string())]),
        )
        con.register("told_items", table)
        con.execute("CREATE TABLE items AS SELECT * FROM told_items")
        read_items(con)
        return {(one, other): judged for one, other, judged in alike_entries(con, said)}


def rate(planted: Planted, found: Pairs) -> Score:
    """Count; a natural twin (same name, same office) of a planted row's original is no error."""
    score = Score()
    twin = {n: _twin(row) for n, row in enumerate(planted.rows)}
    origin = {copy: twin[first] for first, copy in planted.same}
    for pair in found:
        one, other = pair
        if pair in planted.same:
            score.right += 1
        elif pair in planted.apart:
            score.wrong.append(pair)
            score.confused[planted.apart[pair]] += 1
        elif one not in planted.copies and other not in planted.copies:
            score.unknown += 1
        elif not _excused(one, other, twin, origin):
            score.wrong.append(pair)
    for pair, deed in planted.same.items():
        if pair not in found:
            score.missed.append(pair)
            score.missed_deeds[deed] += 1
    return score


def _excused(
    one: int, other: int, twin: dict[int, tuple[str, str]], origin: dict[int, tuple[str, str]]
) -> bool:
    same = {twin[one], origin.get(one)} & {twin[other], origin.get(other)}
    return bool(same - {None})


def _twin(row: Row) -> tuple[str, str]:
    return name_key(row.name), f"{row.city} {row.department}"
