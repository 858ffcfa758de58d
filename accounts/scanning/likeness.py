"""Which systems do the same: an inverted index of items and character pairs, joined in DuckDB.

A token is a business item, a data item, or two neighbouring characters of the function. Pairs of
systems are found by the rare tokens they share (a token borne by more systems than a cut says
nothing about any two of them) and then compared by all tokens. Memory stays within a limit that
does not depend on how many systems there are.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import duckdb
from django.db import connection

from accounts.scanning.register import SHORT_FUNCTION
from accounts.states import RUNNING

MEMORY = "160MB"
# Borne by more systems, an item or a pair of characters is too common to find likeness by.
COMMON_ITEM, COMMON_PAIR = 200, 60
# A system's rarest tokens are followed to the others that bear them, so many in all.
BEARERS = 300
# And of these tokens' weight another has to bear so much to be compared at all.
GLIMPSE = 0.5
# So many candidates of a system are compared by all tokens, and so many are kept.
CANDIDATES, KEPT = 5, 3
# Systems compared at a time.
BATCH = 10_000
LEAST = 0.5
# A function that is compared alone has at least so many different pairs of characters.
LONE_FUNCTION = 20
# Forms fill with the same phrases: likeness of functions alone counts for so much.
ALONE = 0.8
WEIGHTS = {"b": 0.4, "d": 0.3, "f": 0.3}

_READ = """
COPY (SELECT id, function, array_to_string(business_items, E'\\x1f'),
             array_to_string(data_items, E'\\x1f')
      FROM accounts_informationsystem WHERE state = ANY(%s))
TO STDOUT (FORMAT csv)
"""

_TOKENS = """
CREATE TABLE bears AS
SELECT DISTINCT system, sort, token FROM (
    SELECT n AS system, 'b' AS sort, hash(trim(item)) AS token
    FROM (SELECT n, unnest(string_split(business, chr(31))) AS item FROM told) WHERE item <> ''
    UNION ALL
    SELECT n, 'd', hash(trim(item))
    FROM (SELECT n, unnest(string_split(data, chr(31))) AS item FROM told) WHERE item <> ''
    UNION ALL
    SELECT n, 'f', hash(substr(plain, i, 2))
    FROM (SELECT n, plain, unnest(range(1, length(plain))) AS i FROM (
        SELECT n, regexp_replace(function, '[\\s\\p{P}]', '', 'g') AS plain FROM told
    ) WHERE length(plain) >= $short)
)
"""

_PAIRS = """
INSERT INTO alike
WITH asked AS (
    SELECT b.*, w.weight FROM bears b JOIN asking USING (system) JOIN weights w USING (sort, token)
),
telling AS (
    SELECT system, sort, token, weight, sum(weight) OVER (PARTITION BY system) AS whole
    FROM (
        SELECT a.system, sort, token, a.weight FROM asked a JOIN rare r USING (sort, token)
        QUALIFY sum(r.bearers) OVER (PARTITION BY a.system ORDER BY r.bearers, token) <= $bearers
    )
),
near AS (
    SELECT a.system, o.system AS other, sum(a.weight) AS weight
    FROM telling a JOIN bears o USING (sort, token)
    WHERE o.system <> a.system
    GROUP BY a.system, o.system, a.whole
    HAVING sum(a.weight) >= a.whole * $glimpse
),
best AS (
    SELECT system, other FROM near
    QUALIFY row_number() OVER (PARTITION BY system ORDER BY weight DESC, other) <= $candidates
),
own AS (
    SELECT a.system, a.sort, sum(a.weight) AS held, count(*) AS tokens
    FROM (SELECT DISTINCT system FROM best) p JOIN asked a USING (system) GROUP BY ALL
),
shared AS (
    SELECT p.system, p.other, a.sort, sum(a.weight) AS held
    FROM best p JOIN asked a USING (system)
    JOIN bears o ON o.system = p.other AND o.sort = a.sort AND o.token = a.token
    GROUP BY ALL
),
-- What the other one's register does not say is not compared.
parts AS (
    SELECT p.system, p.other, own.sort, own.tokens, coalesce(s.held, 0) / own.held AS share
    FROM best p JOIN own USING (system)
    SEMI JOIN sizes z ON z.system = p.other AND z.sort = own.sort
    LEFT JOIN shared s ON s.system = p.system AND s.other = p.other AND s.sort = own.sort
),
scored AS (
    SELECT system, other,
           sum(share * weight) / sum(weight)
               * CASE WHEN bool_and(sort = 'f') THEN $alone ELSE 1 END AS overlap,
           max(tokens) FILTER (WHERE sort = 'f') AS words,
           count(*) FILTER (WHERE sort <> 'f') AS lists
    FROM parts JOIN sorts USING (sort)
    GROUP BY ALL
)
SELECT t.id, o.id, s.overlap
FROM scored s JOIN told t ON t.n = s.system JOIN told o ON o.n = s.other
WHERE s.overlap >= $least AND (s.lists > 0 OR s.words >= $lone)
QUALIFY row_number() OVER (PARTITION BY s.system ORDER BY s.overlap DESC, s.other) <= $kept
"""


@dataclass(frozen=True)
class Alike:
    """Another running system and the share (0 to 1) of the first one's tokens that it bears."""

    other: UUID
    overlap: float


class Index:
    """For each of the systems asked about, the running systems most like it."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def alike(self, systems: Sequence[UUID]) -> dict[UUID, list[Alike]]:
        """System -> the systems most like it, the likest first."""
        found: dict[UUID, list[Alike]] = {}
        rows = self._con.cursor().execute(
            "SELECT system, other, overlap FROM alike"
            " SEMI JOIN (SELECT unnest($ids)::uuid AS system) USING (system)"
            " ORDER BY system, overlap DESC, other",
            {"ids": [str(key) for key in systems]},
        )
        for system, other, overlap in rows.fetchall():
            found.setdefault(system, []).append(Alike(other, overlap))
        return found


@contextlib.contextmanager
def open_index(systems: Sequence[UUID]) -> Iterator[Index]:
    """Compare these systems with all that run now; the index is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="likeness-") as folder:
        work = Path(folder)
        told = work / "told.csv"
        with told.open("wb") as out, connection.cursor() as cursor:
            cursor.copy_expert(cursor.mogrify(_READ, [list(RUNNING)]), out)
        con = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "threads": 2,
                "temp_directory": str(work / "spill"),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        try:
            _fill(con, told)
            for batch in _batches(systems):
                _compare(con, batch)
            con.execute("DROP TABLE bears; DROP TABLE weights CASCADE")
            yield Index(con)
        finally:
            con.close()


def _batches(systems: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(systems), BATCH):
        yield systems[start : start + BATCH]


def _compare(con: duckdb.DuckDBPyConnection, systems: Sequence[UUID]) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE asking AS SELECT n AS system FROM told"
        " SEMI JOIN (SELECT unnest($ids)::uuid AS id) USING (id)",
        {"ids": [str(key) for key in systems]},
    )
    con.execute(
        _PAIRS,
        {
            "bearers": BEARERS,
            "glimpse": GLIMPSE,
            "candidates": CANDIDATES,
            "least": LEAST,
            "lone": LONE_FUNCTION,
            "alone": ALONE,
            "kept": KEPT,
        },
    )


def _fill(con: duckdb.DuckDBPyConnection, told: Path) -> None:
    con.execute("SET enable_progress_bar = false")
    con.execute(
        """CREATE TABLE told AS SELECT row_number() OVER ()::int AS n, *
           FROM read_csv($file, header = false, columns = {'id': 'UUID', 'function': 'VARCHAR',
                'business': 'VARCHAR', 'data': 'VARCHAR'}, delim = ',', quote = '"', escape = '"',
                new_line = '\\n', strict_mode = false, max_line_size = 4000000)""",
        {"file": str(told)},
    )
    con.execute(_TOKENS, {"short": SHORT_FUNCTION})
    con.execute("CREATE TABLE sizes AS SELECT DISTINCT system, sort FROM bears")
    con.execute(
        """CREATE TABLE weights AS
           SELECT sort, token, count(*) AS bearers,
                  ln(1 + (SELECT count(*) FROM told) / count(*)) AS weight
           FROM bears GROUP BY ALL"""
    )
    con.execute(
        """CREATE VIEW rare AS SELECT sort, token, bearers FROM weights
           WHERE bearers > 1 AND bearers <= CASE sort WHEN 'f' THEN $pair ELSE $item END"""
        .replace("$pair", str(COMMON_PAIR)).replace("$item", str(COMMON_ITEM))
    )  # fmt: skip
    con.execute("CREATE TABLE alike (system UUID, other UUID, overlap DOUBLE)")
    con.execute("CREATE TABLE sorts (sort VARCHAR, weight DOUBLE)")
    con.executemany("INSERT INTO sorts VALUES (?, ?)", list(WEIGHTS.items()))
