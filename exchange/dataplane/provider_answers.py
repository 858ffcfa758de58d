"""What a provider answered, as a table of the catalogue's items; whatever else it holds is dropped.

For the few records of one answer, held whole. Errors name an item or a place, never a value.
"""

import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from exchange.dataplane.casting import cast_texts
from exchange.dataplane.chunks import Chunk
from exchange.dataplane.connectors.json_lines import strict_json
from exchange.dataplane.engine import page_engine
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Item, Schema

UNREADABLE, NOT_THERE, UNFIT = "answer-unreadable", "records-not-there", "record-unfit"
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
_VERDICTS = {"true": True, "false": False, "一致": True, "不一致": False}
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def check_pointer(pointer: str) -> None:
    """Terminal ``pointer-invalid`` unless the text is a JSON pointer (RFC 6901)."""
    if not _POINTER.fullmatch(pointer):
        raise Terminal("pointer-invalid", "write a JSON pointer such as /data/records")


def read_answer(body: bytes, pointer: str) -> Any:
    """What stands in the JSON answer at the pointer; numbers as the text that was sent.

    Terminal ``answer-unreadable`` or ``records-not-there``.
    """
    try:
        found = strict_json(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Terminal(UNREADABLE, "the answer is no JSON in UTF-8") from None
    for step in pointer.split("/")[1:]:
        found = _step(found, step.replace("~1", "/").replace("~0", "~"))
    return found


def _step(value: Any, name: str) -> Any:
    if isinstance(value, dict) and name in value:
        return value[name]
    if isinstance(value, list) and _INDEX.fullmatch(name) and int(name) < len(value):
        return value[int(name)]
    raise Terminal(NOT_THERE, "the answer has nothing at the place where its records should be")


def records_of(found: Any) -> list[dict[str, Any]]:
    """A list of objects, one object, or null for none; else Terminal ``records-not-there``."""
    records = [] if found is None else found if isinstance(found, list) else [found]
    if not all(isinstance(record, dict) for record in records):
        raise Terminal(NOT_THERE, "what stands where the records should be are no objects")
    return records


def verdict_of(found: Any, codes: Iterable[str]) -> bool | str:
    """Yes, no, or one of the declared result codes; ``records-not-there`` for anything else."""
    if isinstance(found, bool):
        return found
    if isinstance(found, str):
        if found in codes:
            return found
        if found in _VERDICTS:
            return _VERDICTS[found]
    raise Terminal(NOT_THERE, "what stands there is neither yes nor no nor a declared result code")


def as_table(records: list[dict[str, Any]], schema: Schema) -> pa.Table:
    """The items of the schema, each in its type; members that are no items are left out.

    An item that a record lacks is null, and so is an empty text of an item that is no text.
    Terminal ``record-unfit`` names the first item whose value is not of its type.
    """
    texts = {item.name: _texts(records, item) for item in schema.items}
    lines = pa.array(range(1, len(records) + 1), pa.int64())
    with page_engine() as con:
        chunk = cast_texts(Chunk(lines, texts), schema, con)
    for fault in chunk.faults:
        if fault.mask.true_count:
            raise Terminal(UNFIT, f"item {fault.column!r} {fault.message}")
    return pa.table([chunk.columns[name] for name in schema.names], schema=schema.arrow)


def _texts(records: list[dict[str, Any]], item: Item) -> pa.Array:
    try:
        return pa.array([_text(record.get(item.name), item) for record in records], pa.string())
    except UnicodeEncodeError:
        raise Terminal(UNFIT, f"item {item.name!r} is no text in UTF-8") from None


def _text(value: Any, item: Item) -> str | None:
    if value is None or (value == "" and item.type != "string"):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    raise Terminal(UNFIT, f"item {item.name!r} must be one plain value")
