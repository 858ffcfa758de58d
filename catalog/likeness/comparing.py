"""Entries that are the same under other names, over a whole catalogue.

Pairs are found by the rare neighbouring characters that two names of one place share, in an
inverted index in DuckDB; each pair found is then judged by all that both say.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow as pa

from catalog.likeness.itemnames import SUBJECTS, meaning, tells
from catalog.likeness.judging import LEAST, Judged, Said, Shared, judge
from catalog.likeness.names import about, office_of, plain, take_apart
from catalog.likeness.places import Gazetteer

# A pair of characters that more names of one place bear finds nothing.
COMMON = 80
# A name's rarest pairs of characters are followed to so many other names.
BEARERS = 250
# So much of the weight of one of both names has to be common for the pair to be judged.
GLIMPSE = 0.55
# So many pairs of one entry are judged.
CANDIDATES = 12
BATCH = 20_000
SHOWN_ITEMS = 8


@dataclass(frozen=True)
class EntrySaid:
    """What an entry is compared by; ``id`` and ``department`` are any values that can be hashed."""

    id: Any
    name: str
    department: Any
    office: str
    abstract: str = ""


def read_said(
    con: duckdb.DuckDBPyConnection, entries: Iterable[EntrySaid], gazetteer: Gazetteer
) -> list[Said]:
    """Take the names apart and put them into tables ``named`` and ``tokens``, numbered from 0."""
    found, rows, offices = [], [], defaultdict(set)
    for entry in entries:
        parts = take_apart(entry.name, entry.office, gazetteer)
        abstract = about(gazetteer.strip(plain(entry.abstract)))
        office = office_of(entry.office, gazetteer)
        found.append(Said(parts, entry.department, office, abstract))
        offices[parts.core].add(office)
        rows.append((parts.place, parts.is_wide, "|".join(sorted(parts.marks)), parts.core))
    _tokens(con, rows)
    kinds = {core: len(of) for core, of in offices.items() if len(of) > 1}
    return [replace(said, offices=kinds.get(said.parts.core, 1)) for said in found]


def character_weights(said: Sequence[Said]) -> dict[str, float]:
    """How much each character tells: the fewer names have it, the more."""
    seen = Counter(one for each in said for one in set(each.parts.core))
    return {one: math.log(1 + len(said) / number) for one, number in seen.items()}


def read_items(con: duckdb.DuckDBPyConnection, elements: Mapping[str, str] | None = None) -> None:
    """From ``items(n, name)`` make ``means(n, mean)``, what the items of each entry tell, and
    ``spelled(name, mean, tells, subject)``; ``elements`` are other names of data elements -> the
    element's name."""
    known = elements or {}
    con.execute("CREATE TABLE spellings AS SELECT DISTINCT name FROM items")
    con.execute("CREATE TABLE spelled (name VARCHAR, mean VARCHAR, tells BOOLEAN, subject VARCHAR)")
    reader = con.cursor().execute("SELECT name FROM spellings")
    while rows := reader.fetchmany(BATCH):
        names = [name for (name,) in rows]
        means = [meaning(known.get(name, name)) for name in names]
        made = {
            "name": names,
            "mean": means,
            "tells": [tells(mean) for mean in means],
            "subject": [SUBJECTS.get(mean, "") for mean in means],
        }
        con.register("made", pa.table(made))
        con.execute("INSERT INTO spelled SELECT * FROM made")
        con.unregister("made")
    con.execute("DROP TABLE spellings")
    con.execute(
        """CREATE TABLE means AS SELECT DISTINCT n, hash(mean) AS mean
           FROM items JOIN spelled USING (name) WHERE tells"""
    )
    con.execute(
        """CREATE TABLE mean_weights AS
           SELECT mean, ln(1 + (SELECT count(DISTINCT n) FROM means) / count(*)) AS weight
           FROM means GROUP BY mean"""
    )
    con.execute(
        """CREATE TABLE held AS SELECT n, count(*) AS number, sum(weight) AS weight
           FROM means JOIN mean_weights USING (mean) GROUP BY n"""
    )


def alike_entries(
    con: duckdb.DuckDBPyConnection, said: Sequence[Said], asked: Sequence[int] | None = None
) -> Iterator[tuple[int, int, Judged]]:
    """Numbers of two entries, the lower first, and why they look like one; ``asked`` (default:
    all) are the numbers of those that are compared with all."""
    numbers = range(len(said)) if asked is None else asked
    _weigh(con)
    con.execute("CREATE OR REPLACE TABLE candidates (one INT, other INT)")
    for start in range(0, len(numbers), BATCH):
        _find(con, numbers[start : start + BATCH])
    yield from _judged(con, said)


def shared_items(
    con: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], list[str]]:
    """Names of items that both entries of each pair have, as the first one writes them, at most
    SHOWN_ITEMS; the pairs stand in table ``alike(one, other)`` afterwards."""
    types = pa.schema([("one", pa.int32()), ("other", pa.int32())])
    columns = {"one": [one for one, _ in pairs], "other": [other for _, other in pairs]}
    con.register("told", pa.table(columns, schema=types))
    con.execute("CREATE OR REPLACE TABLE alike AS SELECT * FROM told")
    con.unregister("told")
    reader = con.cursor().execute(_SHOWN, {"shown": SHOWN_ITEMS})
    found: dict[tuple[int, int], list[str]] = {}
    while rows := reader.fetchmany(BATCH):
        found |= {(one, other): names for one, other, names in rows}
    return found


_SHOWN = """
WITH written AS (
    SELECT i.n, s.mean, min(s.name) AS name FROM items i JOIN spelled s USING (name)
    WHERE s.tells AND i.n IN (SELECT one FROM alike UNION SELECT other FROM alike) GROUP BY ALL
)
SELECT p.one, p.other, list_sort(list(a.name))[:$shown]
FROM alike p JOIN written a ON a.n = p.one
JOIN written b ON b.n = p.other AND b.mean = a.mean GROUP BY ALL
"""


def _tokens(con: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, bool, str, str]]) -> None:
    places, wide, marks, cores = zip(*rows, strict=True) if rows else ((), (), (), ())
    named = {"n": range(len(rows)), "place": places, "wide": wide, "marks": marks, "core": cores}
    types = pa.schema(
        [("n", pa.int32()), ("place", pa.string()), ("wide", pa.bool_()), ("marks", pa.string()),
         ("core", pa.string())]
    )  # fmt: skip
    con.register("told", pa.table({k: list(v) for k, v in named.items()}, schema=types))
    con.execute("CREATE TABLE named AS SELECT * FROM told")
    con.unregister("told")
    # The lone character of a short core is its own token.
    con.execute(
        """CREATE TABLE tokens AS SELECT DISTINCT n, place, wide, marks, hash(token) AS token FROM (
               SELECT n, place, wide, marks, unnest(
                   CASE WHEN length(core) < 2 THEN [core]
                   ELSE list_transform(range(1, length(core)), lambda i: substr(core, i, 2)) END
               ) AS token FROM named)"""
    )


def _weigh(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        """CREATE OR REPLACE TABLE weights AS
           SELECT token, ln(1 + (SELECT count(*) FROM named) / count(*)) AS weight
           FROM tokens GROUP BY token"""
    )
    con.execute(
        """CREATE OR REPLACE TABLE wholes AS SELECT n, sum(weight) AS whole
           FROM tokens JOIN weights USING (token) GROUP BY n"""
    )
    con.execute(
        """CREATE OR REPLACE TABLE rare AS SELECT place, marks, token, count(*) AS bearers
           FROM tokens GROUP BY ALL HAVING bearers <= $common""",
        {"common": COMMON},
    )


_FIND = """
INSERT INTO candidates
WITH followed AS (
    SELECT t.n, t.place, t.wide, t.marks, t.token, w.weight
    FROM tokens t JOIN (SELECT unnest($numbers)::int AS n) USING (n)
    JOIN rare r USING (place, marks, token) JOIN weights w USING (token)
    QUALIFY sum(r.bearers) OVER (PARTITION BY t.n ORDER BY r.bearers, t.token) <= $bearers
),
met AS (
    SELECT f.n AS one, o.n AS other, f.weight
    FROM followed f JOIN tokens o USING (place, marks, token) WHERE o.n <> f.n
    UNION ALL
    -- A name without a place may belong to the city or the province.
    SELECT f.n, o.n, f.weight
    FROM followed f JOIN tokens o USING (marks, token)
    WHERE f.wide AND o.wide AND f.place <> o.place AND (f.place = '' OR o.place = '')
),
near AS (
    SELECT one, other, sum(weight) AS weight FROM met GROUP BY ALL
)
SELECT least(one, other), greatest(one, other)
FROM near JOIN wholes a ON a.n = one JOIN wholes b ON b.n = other
WHERE weight >= $glimpse * least(a.whole, b.whole)
QUALIFY row_number() OVER (
    PARTITION BY one ORDER BY weight / (a.whole + b.whole - weight) DESC, other
) <= $candidates
"""


def _find(con: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> None:
    con.execute(
        _FIND,
        {
            "numbers": list(numbers),
            "bearers": BEARERS,
            "glimpse": GLIMPSE,
            "candidates": CANDIDATES,
        },
    )


_SHARED = """
WITH pairs AS (SELECT DISTINCT one, other FROM candidates),
common AS (
    SELECT p.one, p.other, sum(w.weight) AS weight
    FROM pairs p JOIN means a ON a.n = p.one JOIN means b ON b.n = p.other AND b.mean = a.mean
    JOIN mean_weights w ON w.mean = a.mean GROUP BY ALL
)
SELECT p.one, p.other, coalesce(a.number, 0), coalesce(b.number, 0),
       coalesce(c.weight / a.weight, 0), coalesce(c.weight / b.weight, 0)
FROM pairs p LEFT JOIN held a ON a.n = p.one LEFT JOIN held b ON b.n = p.other
LEFT JOIN common c ON c.one = p.one AND c.other = p.other
"""


def _judged(
    con: duckdb.DuckDBPyConnection, said: Sequence[Said]
) -> Iterator[tuple[int, int, Judged]]:
    weights = character_weights(said)
    reader = con.cursor().execute(_SHARED)
    while rows := reader.fetchmany(BATCH):
        for one, other, left, right, of_left, of_right in rows:
            judged = judge(said[one], said[other], Shared(left, right, of_left, of_right), weights)
            if judged.score >= LEAST:
                yield one, other, judged
