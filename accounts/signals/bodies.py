"""A body of facts as columns of text, line by line; what cannot be read as a line says why.

Every reader yields tables of the columns ``line`` (1-based, physical), ``code`` and ``field`` (why
the line cannot be read, else null) and the text columns of ``words.COLUMNS``. Blank lines are no
facts. The whole body is refused only where no line of it can be told from another.
"""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from accounts.errors import SignalsTooMany, SignalsUnreadable
from accounts.signals.words import BY_HEADER, COLUMNS, HEADERS, MOST_LINE_BYTES, MOST_LINES
from kernel.charsets import is_utf8_misread

BLOCK_BYTES = 8 * 1024 * 1024
CHUNK_LINES = 100_000
ENCODINGS = ("utf-8", "gb18030")
_MISREAD = "the body is in UTF-8; declare that charset"
LINES = pa.schema(
    [
        pa.field("line", pa.int64()),
        pa.field("code", pa.string()),
        pa.field("field", pa.string()),
        *(pa.field(name, pa.string()) for name in COLUMNS),
    ]
)


def read_ndjson(body: Path, encoding: str, con: duckdb.DuckDBPyConnection) -> Iterator[pa.Table]:
    """One JSON object a line; every bad line is a line of its own."""
    first = 1
    for number, block in enumerate(_blocks(body)):
        raw = block.removeprefix(codecs.BOM_UTF8) if number == 0 else block
        lines, broken = _texts(raw, encoding)
        if first + len(lines) > MOST_LINES + 2:
            raise SignalsTooMany(f"a body has at most {MOST_LINES} lines", limit=MOST_LINES)
        numbers = pa.arange(first, first + len(lines))
        con.register("block", pa.table({"line": numbers, "raw": lines, "broken": broken}))
        yield con.sql(_NDJSON).to_arrow_table().cast(LINES)
        con.unregister("block")
        first += block.count(b"\n")


def read_csv(body: Path, encoding: str, con: duckdb.DuckDBPyConnection) -> Iterator[pa.Table]:
    """A header line in Chinese or English, then a fact a line."""
    raw = _utf8(body.read_bytes(), encoding)
    end = raw.find(b"\n") + 1 or len(raw)
    names = columns_of(_header(raw[:end].decode().strip()))
    rest = pa.py_buffer(raw).slice(end)
    if not raw[end:].strip():
        return
    rows, skipped = _records(rest, names)
    if len(rows) + len(skipped) > MOST_LINES:
        raise SignalsTooMany(f"a body has at most {MOST_LINES} lines", limit=MOST_LINES)
    con.register("rows", rows)
    con.register("skipped", skipped)
    lines = con.sql(_csv_lines(names)).to_arrow_table().cast(LINES)
    for start in range(0, len(lines), CHUNK_LINES):
        yield lines.slice(start, CHUNK_LINES)
    con.unregister("rows")
    con.unregister("skipped")


def _header(line: str) -> list[str]:
    try:
        return next(csv.reader([line]), [])
    except csv.Error as bad:
        raise SignalsUnreadable(
            "the header cannot be read as CSV; check its quotes and line ends", line=1
        ) from bad


def columns_of(header: list[str]) -> list[str]:
    """The columns that a header names; SignalsUnreadable if it is not one of facts."""
    names = []
    for word in header:
        column = BY_HEADER.get(word.strip().lower())
        if column is None:
            known = ", ".join("/".join(words[:2]) for words in HEADERS.values())
            raise SignalsUnreadable(
                f"there is no column {word.strip()[:40]!r}; the columns are: {known}", line=1
            )
        if column in names:
            raise SignalsUnreadable(f"the column {column} stands twice", line=1)
        names.append(column)
    missing = [name for name in ("kind", "at", "number") if name not in names]
    if missing:
        raise SignalsUnreadable(f"the header lacks the column {missing[0]}", line=1)
    return names


def _blocks(body: Path) -> Iterator[bytes]:
    """The body in blocks that end at line ends; a line without end comes whole."""
    rest = b""
    with body.open("rb") as file:
        while data := file.read(BLOCK_BYTES):
            cut = data.rfind(b"\n") + 1
            if cut:
                yield rest + data[:cut]
                rest = data[cut:]
            else:
                rest += data
    if rest:
        yield rest


def _texts(raw: bytes, encoding: str) -> tuple[pa.Array, pa.Array]:
    """The lines as text, and which of them hold bytes of another encoding."""
    if encoding == "gb18030" and is_utf8_misread(raw):
        raise SignalsUnreadable(_MISREAD)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        # Only then line by line: the good ones are still facts.
        pieces = [_decoded(line, encoding) for line in raw.split(b"\n")]
        lines = pa.array([piece or "" for piece in pieces])
        return lines, pa.array([piece is None for piece in pieces])
    lines = pc.list_flatten(pc.split_pattern(pa.array([text]), "\n"))
    return lines, pa.repeat(pa.scalar(False), len(lines))


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _utf8(raw: bytes, encoding: str) -> bytes:
    """The body in UTF-8 without a byte order mark; SignalsUnreadable names the first bad line."""
    if encoding == "gb18030" and is_utf8_misread(raw):
        raise SignalsUnreadable(_MISREAD)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as bad:
        line = raw.count(b"\n", 0, bad.start) + 1
        raise SignalsUnreadable(
            f"line {line} is not {encoding}; declare the charset that the file has", line=line
        ) from bad
    return (raw if encoding == "utf-8" else text.encode()).removeprefix(codecs.BOM_UTF8)


def _records(rest: pa.Buffer, names: list[str]) -> tuple[pa.Table, pa.Table]:
    """The records as text, and the numbers of those with a wrong count of fields."""
    wrong: list[tuple[int, int]] = []

    def note(row: pcsv.InvalidRow) -> str:
        wrong.append((row.number, row.text.count("\n")))
        return "skip"

    try:
        rows = pcsv.read_csv(
            pa.BufferReader(rest),
            # One thread, for only then Arrow knows the numbers of wrong records.
            read_options=pcsv.ReadOptions(column_names=names, use_threads=False),
            parse_options=pcsv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
            ),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid as bad:
        raise SignalsUnreadable("the body cannot be read as CSV; check its quotes") from bad
    skipped = pa.table(
        {
            "record": pa.array([number for number, _ in wrong], pa.int64()),
            "ends": pa.array([ends for _, ends in wrong], pa.int64()),
        }
    )
    return rows.append_column("place", pa.arange(0, len(rows))), skipped


def _quoted(name: str) -> str:
    return f'"{name}"'


# What trim takes off; the last one is the ideographic space.
_SPACES = "E' \\t\\r\u3000'"
# A line that is no object is read as an empty one, so that no function fails on it.
_PATHS = "[" + ", ".join(f"'$.{name}'" for name in COLUMNS) + "]"
_TYPES = " ".join(
    f"WHEN kinds[{place}] NOT IN "
    + (
        "('NULL', 'UBIGINT', 'BIGINT', 'HUGEINT', 'UHUGEINT', 'DOUBLE')"
        if name == "number"
        else "('NULL', 'VARCHAR')"
    )
    + f" THEN '{name}'"
    for place, name in enumerate(COLUMNS, start=1)
)
_TEXTS = ", ".join(
    f"nullif(texts[{place}], '') AS {_quoted(name)}" for place, name in enumerate(COLUMNS, start=1)
)
_NDJSON = f"""
    WITH judged AS (
        SELECT line, raw, CASE
            WHEN broken THEN 'encoding'
            WHEN strlen(raw) > {MOST_LINE_BYTES} THEN 'line-too-long'
            WHEN NOT json_valid(raw) THEN 'not-json'
            WHEN left(ltrim(raw, E' \\t\\r'), 1) <> '{{' THEN 'not-an-object'
        END AS fault
        FROM block WHERE broken OR trim(raw, E' \\t\\r') <> ''
    ), parsed AS (
        SELECT line, fault, json_keys(doc) AS keys, json_type(doc, {_PATHS}) AS kinds,
            json_extract_string(doc, {_PATHS}) AS texts
        FROM (SELECT line, fault, CASE WHEN fault IS NULL THEN raw ELSE '{{}}' END AS doc
              FROM judged)
    ), typed AS (
        SELECT *, CASE {_TYPES} END AS mistyped,
            len(keys) <> len(list_distinct(keys)) AS doubled,
            len(keys) <> list_count(kinds) AS strange
        FROM parsed
    )
    SELECT line, CASE
            WHEN fault IS NOT NULL THEN fault
            WHEN doubled THEN 'duplicate-field'
            WHEN strange THEN 'unknown-field'
            WHEN mistyped IS NOT NULL THEN 'wrong-type'
        END AS code, mistyped AS field,
        {_TEXTS}
    FROM typed ORDER BY line
"""  # noqa: S608 - put together of our own words


def _csv_lines(names: list[str]) -> str:
    """SQL that gives each record the physical line it begins in; the header is line 1."""
    text = " || ".join(f"coalesce({_quoted(name)}, '')" for name in names)
    values = ", ".join(
        f"nullif(trim({_quoted(name)}, {_SPACES}), '') AS {_quoted(name)}"
        if name in names
        else f"NULL AS {_quoted(name)}"
        for name in COLUMNS
    )
    return f"""
        WITH sound AS (
            -- Of all the records those that were not skipped, in the order of both.
            SELECT record, row_number() OVER (ORDER BY record) - 1 AS place
            FROM (SELECT unnest(range(1, (SELECT count(*) FROM rows)
                    + (SELECT count(*) FROM skipped) + 1)) AS record)
            WHERE record NOT IN (SELECT record FROM skipped)
        ), records AS (
            SELECT record, false AS is_wrong,
                length({text}) - length(replace({text}, E'\\n', '')) AS ends,
                length({text}) > 0 AS is_filled, {values}
            FROM rows JOIN sound USING (place)
            UNION ALL BY NAME
            SELECT record, true AS is_wrong, ends, true AS is_filled FROM skipped
        ), placed AS (
            SELECT *, 1 + record + coalesce(sum(ends) OVER (
                ORDER BY record ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS line
            FROM records
        )
        SELECT line::BIGINT AS line, CASE WHEN is_wrong THEN 'column-count' END AS code,
            NULL AS field, {", ".join(map(_quoted, COLUMNS))}
        FROM placed WHERE is_filled ORDER BY line
    """  # noqa: S608 - put together of our own words
