"""Parquet rows into multi-row INSERT statements, a record batch and all its columns at a time.

For a session in utf8mb4 whose sql_mode has NO_BACKSLASH_ESCAPES: a quote is doubled, and no other
character means anything within quotes.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# Of one statement, below the smallest max_allowed_packet that servers come with.
STATEMENT_BYTES = 1_000_000


def insert_rows(cursor: Any, head: str, batches: Iterator[pa.RecordBatch]) -> int:
    """Run ``head`` with the values of all the batches behind it; the rows."""
    rows = 0
    for batch in batches:
        for values in _statements(row_texts(batch)):
            cursor.execute(f"{head} {values}")
        rows += batch.num_rows
    return rows


def row_texts(batch: pa.RecordBatch) -> pa.Array:
    """Each row as ``(literal,literal,...)``."""
    columns = [_literals(column) for column in batch.columns]
    joined = pc.binary_join_element_wise(*columns, ",")
    return pc.binary_join_element_wise("(", joined, ")", "")


def _statements(rows: pa.Array) -> Iterator[str]:
    """The rows joined, halved until each part is short enough or a single row."""
    if len(rows) == 0:
        return
    size = pc.sum(pc.binary_length(rows)).as_py()
    if size > STATEMENT_BYTES and len(rows) > 1:
        half = len(rows) // 2
        yield from _statements(rows.slice(0, half))
        yield from _statements(rows.slice(half))
        return
    offsets = pa.array([0, len(rows)], pa.int32())
    whole = pa.concat_arrays([rows])
    yield pc.binary_join(pa.ListArray.from_arrays(offsets, whole), ",")[0].as_py()


def _literals(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_boolean(kind):
        text = column.cast(pa.int8()).cast(pa.string())
    elif pa.types.is_timestamp(kind):
        plain = pc.utf8_slice_codeunits(column.cast(pa.string()), 0, 26)
        text = _quoted(pc.utf8_rtrim(plain, "Z"))
    elif pa.types.is_string(kind) or pa.types.is_date(kind):
        text = _quoted(column.cast(pa.string()))
    else:
        text = column.cast(pa.string())
    return pc.fill_null(text, "NULL")


def _quoted(text: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise("'", pc.replace_substring(text, "'", "''"), "'", "")
