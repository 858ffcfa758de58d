"""What is wrong with the lines of an NDJSON block, by SQL over all of them at once.

A line that is no JSON object, names a field twice or holds NaN or Infinity makes the body
malformed; a field that is unknown or of the wrong JSON type is a fault of its row. Numbers are
taken from the line as written, because the JSON functions would round them to doubles.
"""

import re

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from exchange.dataplane.chunks import Chunk, Fault, fault_if, flat
from exchange.dataplane.engine import literal, quoted, run
from exchange.dataplane.errors import BodyMalformed
from exchange.dataplane.items import Item
from exchange.dataplane.limits import Limits

NUMBERS = ("UBIGINT", "BIGINT", "DOUBLE", "HUGEINT", "UHUGEINT")
KINDS = {
    "string": ("VARCHAR",),
    "integer": ("UBIGINT", "BIGINT", "HUGEINT", "UHUGEINT", "DOUBLE"),
    "decimal": (*NUMBERS, "VARCHAR"),
    "float": NUMBERS,
    "boolean": ("BOOLEAN",),
    "date": ("VARCHAR",),
    "datetime": ("VARCHAR",),
}
SAID = {
    "string": "a JSON string",
    "integer": "a JSON number without point or exponent",
    "decimal": "a JSON number or string without exponent",
    "float": "a JSON number",
    "boolean": "true or false",
    "date": "a JSON string YYYY-MM-DD",
    "datetime": "a JSON string in RFC 3339",
}


def diagnose(
    block: bytes,
    first: int,
    items: tuple[Item, ...],
    limits: Limits,
    con: duckdb.DuckDBPyConnection,
) -> Chunk:
    """The block's records as text columns with the faults of their JSON."""
    pieces = pc.split_pattern(pa.array([block.decode()]), "\n").flatten()
    table = pa.table({"line": pa.arange(first, first + len(pieces)), "raw": pieces})
    table = table.filter(pc.not_equal(pc.utf8_trim_whitespace(table["raw"]), ""))
    con.register("block", table)
    _refuse_malformed(con, limits)
    fields = _fields(con, items)
    columns, faults = {}, _unknown(fields, items)
    for item in items:
        text, kind = flat(fields[item.name]), flat(fields[f"{item.name} kind"])
        wrong = pc.and_(
            pc.is_valid(kind), pc.invert(pc.is_in(kind, pa.array([*KINDS[item.type], "NULL"])))
        )
        faults += fault_if(item.name, "type", f"must be {SAID[item.type]}", wrong, text)
        columns[item.name] = pc.if_else(wrong, pa.scalar(None, pa.string()), text)
    con.unregister("block")
    return Chunk(flat(fields["line"]), columns, tuple(faults))


def _refuse_malformed(con: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Raise for the first line that strict JSON does not allow."""
    # The parser here takes NaN, Infinity and a comma before the brace; strict JSON does not.
    bare = """regexp_replace(raw, '"(\\\\.|[^"\\\\])*"', '', 'g')"""
    # Strings are cut out of the few lines only that show the sign at all.
    openings = "length({0}) - length(translate({0}, '[{{', ''))"
    raw_openings, bare_openings = openings.format("raw"), openings.format(bare)
    found = run(
        con,
        f"""
        SELECT line, code, raw FROM (
            SELECT line, raw, CASE
                WHEN {raw_openings} > {limits.max_depth}
                    AND {bare_openings} > {limits.max_depth} THEN 'json-too-deep'
                WHEN NOT json_valid(raw) THEN 'json'
                WHEN json_type(raw) <> 'OBJECT' THEN 'json-not-object'
                WHEN regexp_matches(raw, '(?i)nan|inf')
                    AND regexp_matches({bare}, '(?i)nan|inf') THEN 'json-not-finite'
                WHEN regexp_matches(raw, ',\\s*[\\]}}]')
                    AND regexp_matches({bare}, ',\\s*[\\]}}]') THEN 'json'
                WHEN len(json_keys(raw)) <> len(list_distinct(json_keys(raw)))
                    THEN 'json-duplicate-key'
            END AS code FROM block
        ) WHERE code IS NOT NULL ORDER BY line LIMIT 1
        """,
    )
    if found:
        line, code, raw = found[0]
        raise BodyMalformed(code, _said(code, raw, con, limits), line=line)


def _said(code: str, raw: str, con: duckdb.DuckDBPyConnection, limits: Limits) -> str:
    if code == "json":
        return f"the line is no JSON: {_reason(raw, con)}"
    return {
        "json-too-deep": f"a line opens at most {limits.max_depth} objects and lists",
        "json-not-object": "each line holds one JSON object",
        "json-not-finite": "NaN and Infinity are no JSON; send null",
        "json-duplicate-key": "a field stands twice in the object",
    }[code]


def _reason(raw: str, con: duckdb.DuckDBPyConnection) -> str:
    """The parser's reason without its quotation of the line."""
    try:
        run(con, "SELECT json_type($1)", [raw])
    except UnicodeDecodeError as error:
        # What it quotes of the line may end within a character.
        said = error.object.decode(errors="replace")
    except duckdb.Error as error:
        said = str(error)
    else:
        said = ""
    if found := re.search(r"at byte (\d+) of input: ([^.]*)\.", said):
        return f"{found[2]} (byte {found[1]})"
    return "a comma stands before the closing bracket"


def _fields(con: duckdb.DuckDBPyConnection, items: tuple[Item, ...]) -> pa.Table:
    """Per item its text and its JSON type; all keys of the record beside them."""
    paths = "[" + ", ".join(literal(f'$."{item.name}"') for item in items) + "]"
    columns = []
    for place, item in enumerate(items, start=1):
        text, kind = f"texts[{place}]", f"kinds[{place}]"
        if item.type in ("integer", "decimal", "float"):
            pattern = literal(rf'"{item.name}"\s*:\s*(-?[0-9][-+.0-9eE]*)')
            written = f"nullif(regexp_extract(raw, {pattern}, 1), '')"
            text = f"CASE WHEN {kind} = 'DOUBLE' THEN {written} ELSE {text} END"
            # A number whose field name is written with escapes is not found in the line.
            kind = f"CASE WHEN {kind} = 'DOUBLE' AND {written} IS NULL THEN '?' ELSE {kind} END"
        columns.append(f"{text} AS {quoted(item.name)}, {kind} AS {quoted(item.name + ' kind')}")
    return con.sql(
        f"""
        SELECT line, keys, {", ".join(columns)} FROM (
            SELECT line, raw, json_keys(raw) AS keys, json_type(raw, {paths}) AS kinds,
                json_extract_string(raw, {paths}) AS texts
            FROM block
        )
        """
    ).to_arrow_table()


def _unknown(fields: pa.Table, items: tuple[Item, ...]) -> list[Fault]:
    """A fault for each name that no item has; the names are few, so they are looped over."""
    keys = flat(fields["keys"])
    known = pa.array([item.name for item in items])
    strange = pc.invert(pc.is_in(keys.flatten(), known))
    if not strange.true_count:
        return []
    rows = pc.list_parent_indices(keys).filter(strange)
    mask = pc.is_in(pa.arange(0, len(fields)), rows.cast(pa.int64()))
    names = pc.unique(keys.flatten().filter(strange))
    shown = ", ".join(name[:40] for name in names[:3].to_pylist())
    return fault_if(shown[:100], "unknown-field", "the schema has no such item", mask)
