"""NDJSON files as columns: clean blocks by Arrow's parser, any other record by record."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.json as pjson

from exchange.dataplane.connectors.typed import as_text
from exchange.dataplane.errors import BodyMalformed, Terminal
from exchange.dataplane.formats.text import blocks
from exchange.dataplane.limits import MIB, Limits

Types = Mapping[str, pa.DataType]


def read_lines(file: Path, encoding: str, types: Types, rows: int) -> Iterator[pa.Table]:
    """The named fields of all records in order: of the types where a block allows, else text.

    Both ways give the same values; only the second bears values of other types. Terminal
    ``source-unreadable`` or ``source-encoding`` names no value.
    """
    for block in _blocks(file, encoding):
        table = _quick(block, types)
        if table is not None:
            yield table
        else:
            yield from of_records(_records(block), tuple(types), rows)


def first_records(file: Path, encoding: str, most: int) -> list[dict[str, Any]]:
    """The first records of the file."""
    found = (record for block in _blocks(file, encoding) for record in _records(block))
    return list(islice(found, most))


def of_records(
    records: Iterator[dict[str, Any]], names: tuple[str, ...], rows: int
) -> Iterator[pa.Table]:
    """Records as tables of text."""
    while held := list(islice(records, rows)):
        yield pa.table(
            {
                name: pa.array([as_text(record.get(name)) for record in held], pa.string())
                for name in names
            }
        )


def parse_record(text: str, where: str) -> dict[str, Any]:
    """One JSON object, numbers as they are written; Terminal ``source-unreadable``."""
    try:
        record = strict_json(text)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise Terminal("source-unreadable", f"There is no JSON object at {where}.")
    return record


def strict_json(text: str) -> Any:
    """The value of a JSON text, numbers as they are written.

    ValueError or RecursionError for what is none, for NaN, for half of a surrogate pair, and for a
    key that stands twice, of which a reader would keep either.
    """
    value = json.loads(
        text,
        parse_float=str,
        parse_int=str,
        parse_constant=_constant,
        object_pairs_hook=_unique,
    )
    if "\\u" in text:
        # Half of a pair can only be escaped, and no column could hold it.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _blocks(file: Path, encoding: str) -> Iterator[bytes]:
    try:
        yield from blocks(file, encoding, Limits())
    except BodyMalformed as error:
        code = "source-encoding" if error.code == "encoding" else "source-unreadable"
        raise Terminal(code, error.detail) from None


def _records(block: bytes) -> Iterator[dict[str, Any]]:
    # Not splitlines: a text may hold line separators that are no line ends of the file.
    for line in block.decode().split("\n"):
        if line.strip():
            yield parse_record(line, "a line")


def _quick(block: bytes, types: Types) -> pa.Table | None:
    """The block by Arrow's parser, or None where it would guess, stumble or change a value.

    It dies on a top-level null and takes several objects on one line, so each line must open and
    close exactly one.
    """
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    ends = block.count(b"}\n") + block.endswith(b"}") + block.count(b"}\r\n")
    if not block.startswith(b"{") or block.count(b"}") != lines or ends != lines:
        return None
    if block.count(b"\n{") + 1 != lines:
        return None
    try:
        table = pjson.read_json(
            pa.BufferReader(block),
            read_options=pjson.ReadOptions(block_size=max(MIB, len(block) // 4)),
            parse_options=pjson.ParseOptions(
                explicit_schema=pa.schema(list(types.items())), unexpected_field_behavior="ignore"
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table.select(list(types)) if len(table) == lines else None
