"""Items of one meaning that several departments of a place collect of the same subject.

Whom a table is about is told by what identifies its records (a person, an organisation), else by
what the table is about. One department's item is proposed as the source; the others' are paired
with it, not with each other, so that a meaning has one pair for each department too many.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

LEAST = 0.75
# What more departments of a place keep is not collected twice, it is known to everybody.
MOST_OFFICES = 8
# Of one pair of resources so many items are shown.
ITEMS_OF_PAIR = 5
BATCH = 20_000


@dataclass(frozen=True)
class Repeated:
    """Two items of one meaning: numbers and columns; ``source`` is the number of the entry whose
    department looks like the source."""

    one: int
    one_column: str
    other: int
    other_column: str
    source: int
    score: float
    reasons: dict[str, Any]


_COLLECTED = """
CREATE TABLE collected AS
WITH subjects AS (
    SELECT i.n, max(s.subject) AS subject FROM items i JOIN spelled s USING (name)
    WHERE s.subject <> '' GROUP BY i.n
)
SELECT i.n, i.col, s.mean, i.kind, i.length, i.code_list, i.is_source, f.department, e.place,
       coalesce(u.subject, '') AS subject, hash(coalesce(u.subject, e.core)) AS whom,
       f.attached, f.shared, contains(e.core, substr(s.mean, 1, 2)) AS is_about
FROM items i JOIN spelled s USING (name) JOIN facts f USING (n) JOIN named e USING (n)
LEFT JOIN subjects u USING (n)
WHERE s.tells AND NOT i.is_key
"""
# Of each department's entries the one that would be the source among its own.
_RANKED = """
CREATE TABLE ranked AS
SELECT *, row_number() OVER (PARTITION BY place, whom, mean ORDER BY
              is_source DESC, is_about DESC, attached DESC, shared, n) AS rank,
       count(*) OVER (PARTITION BY place, whom, mean) AS offices
FROM (
    SELECT * FROM collected
    WHERE (place, whom, mean) IN (
        SELECT (place, whom, mean) FROM collected GROUP BY place, whom, mean
        HAVING count(DISTINCT department) BETWEEN 2 AND $most
    )
    QUALIFY row_number() OVER (PARTITION BY place, whom, mean, department ORDER BY
                is_source DESC, is_about DESC, attached DESC, shared, n, col) = 1
)
"""
_PAIRS = """
WITH pairs AS (
    SELECT s.n AS source, s.col AS source_col, o.n AS other, o.col AS other_col, s.mean,
           s.subject, s.offices, s.is_source AS named, s.is_about, s.attached,
           s.kind = o.kind AS same_kind,
           s.length = 0 OR o.length = 0 OR greatest(s.length, o.length)
               <= 2 * least(s.length, o.length) AS same_length,
           CASE WHEN s.code_list = '' OR o.code_list = '' THEN 0
                WHEN s.code_list = o.code_list THEN 1 ELSE -1 END AS lists
    FROM ranked s JOIN ranked o USING (place, whom, mean)
    WHERE s.rank = 1 AND o.rank > 1
),
scored AS (
    SELECT *, round(0.66 + CASE WHEN subject <> '' THEN 0.08 ELSE 0 END
        + CASE WHEN same_kind THEN 0.1 ELSE -0.2 END
        + CASE WHEN same_length THEN 0.06 ELSE -0.06 END
        + CASE lists WHEN 1 THEN 0.1 WHEN -1 THEN -0.2 ELSE 0 END, 3) AS score
    FROM pairs
)
SELECT least(source, other), CASE WHEN source < other THEN source_col ELSE other_col END,
       greatest(source, other), CASE WHEN source < other THEN other_col ELSE source_col END,
       source, score, mean, subject, offices, named, is_about, attached,
       same_kind, same_length, lists
FROM scored s ANTI JOIN alike a ON a.one = least(s.source, s.other)
                               AND a.other = greatest(s.source, s.other)
WHERE score >= $least
QUALIFY row_number() OVER (PARTITION BY source, other ORDER BY score DESC, mean) <= $shown
"""


def repeated_items(con: duckdb.DuckDBPyConnection) -> Iterator[Repeated]:
    """Pairs from the tables ``items``, ``spelled``, ``named``, ``facts`` and ``alike`` (pairs of
    entries that are one anyway and are left out)."""
    con.execute(_COLLECTED)
    con.execute(_RANKED, {"most": MOST_OFFICES})
    con.execute("DROP TABLE collected")
    reader = con.cursor().execute(_PAIRS, {"least": LEAST, "shown": ITEMS_OF_PAIR})
    while rows := reader.fetchmany(BATCH):
        for one, one_column, other, other_column, source, score, *why in rows:
            yield Repeated(one, one_column, other, other_column, source, score, _reasons(*why))


def _reasons(
    mean: str, subject: str, offices: int, named: bool, is_about: bool, attached: bool,
    same_kind: bool, same_length: bool, lists: int,
) -> dict[str, Any]:  # fmt: skip
    why = "named" if named else "subject" if is_about else "attached" if attached else "earliest"
    found: dict[str, Any] = {"meaning": mean, "departments": offices, "source_by": why}
    if subject:
        found["subject"] = subject
    found["type"] = "the same" if same_kind else "another"
    found["length"] = "alike" if same_length else "unlike"
    if lists:
        found["code_list"] = "the same" if lists > 0 else "another"
    return found
