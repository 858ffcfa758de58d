"""Parquet files and Arrow IPC streams into chunks, columns cast to the schema's types.

A cast that loses nothing is made at once; where some value would lose, the column goes on as
text, so that the row and the value can be named. Compressed pages are counted as they unpack.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt

from exchange.dataplane.chunks import OP, Chunk
from exchange.dataplane.errors import BodyMalformed, DataplaneError, TooLarge, Transient
from exchange.dataplane.limits import Limits
from exchange.dataplane.schema import Item, Schema

ACCEPTED = {
    "string": lambda t: pt.is_string(t) or pt.is_large_string(t) or pt.is_string_view(t),
    "integer": pt.is_integer,
    "decimal": lambda t: pt.is_decimal(t) or pt.is_integer(t),
    "float": lambda t: pt.is_floating(t) or pt.is_integer(t),
    "boolean": pt.is_boolean,
    "date": pt.is_date,
    "datetime": lambda t: pt.is_timestamp(t) and t.tz is not None,
}


def read_parquet(body: Path, schema: Schema, limits: Limits, *, ops: bool) -> Iterator[Chunk]:
    """Chunks of a Parquet file, row group by row group."""
    try:
        # Dictionaries stay packed: a page of repeats of one long text must not unfold.
        names = [field.name for field in pq.read_schema(body) if pt.is_string(field.type)]
        with pq.ParquetFile(body, read_dictionary=names) as file:
            _check_columns(file.schema_arrow, schema, ops=ops)
            _check_metadata(file.metadata, limits)
            batches = file.iter_batches(batch_size=min(limits.batch_rows, 65_536))
            yield from _chunks(batches, schema, limits, ops=ops)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable("parquet", error) from None


def read_arrow(body: Path, schema: Schema, limits: Limits, *, ops: bool) -> Iterator[Chunk]:
    """Chunks of an Arrow IPC stream; buffers are validated before they are touched."""
    try:
        with pa.OSFile(str(body)) as file, pa.ipc.open_stream(file) as stream:
            _check_columns(stream.schema, schema, ops=ops)
            yield from _chunks(stream, schema, limits, ops=ops)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable("arrow", error) from None


def _unreadable(kind: str, error: Exception) -> DataplaneError:
    if isinstance(error, OSError) and error.errno:
        return Transient("body-unreadable", error.strerror or "")
    said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return BodyMalformed(kind, f"the body is no sound {kind} data: {said}")


def _check_metadata(metadata: pq.FileMetaData, limits: Limits) -> None:
    if metadata.num_rows > limits.max_rows:
        raise TooLarge("too-many-rows", f"a body has at most {limits.max_rows} rows")
    sizes = [metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups)]
    if sum(sizes) > limits.max_expanded_bytes:
        raise TooLarge("body-too-large", f"unpacked, above {limits.max_expanded_bytes} bytes")


def _check_columns(found: pa.Schema, schema: Schema, *, ops: bool) -> None:
    if len(set(found.names)) != len(found.names):
        raise BodyMalformed("column-repeated", "a column stands twice")
    for field in found:
        item = Item(OP, "string") if ops and field.name == OP else schema.by_name.get(field.name)
        if item is None:
            raise BodyMalformed("column-unknown", f"no item {field.name[:80]!r} in the schema")
        plain = field.type.value_type if pt.is_dictionary(field.type) else field.type
        if not ACCEPTED[item.type](plain):
            raise BodyMalformed(
                "column-type",
                f"column {field.name!r} is {plain} and the schema says {item.type}"
                + (" with a time zone" if item.type == "datetime" else ""),
            )
    needed = schema.key if OP in found.names else [i.name for i in schema.items if i.required]
    for name in needed:
        if name not in found.names:
            raise BodyMalformed("column-missing", f"column {name!r} is required")


def _chunks(
    batches: Iterator[pa.RecordBatch], schema: Schema, limits: Limits, *, ops: bool
) -> Iterator[Chunk]:
    row, unpacked = 1, 0
    for whole in batches:
        whole.validate(full=True)
        for batch in _bounded(whole, limits):
            columns = {
                n: _cast(c, n, schema)
                for n, c in zip(batch.schema.names, batch.columns, strict=True)
            }
            chunk = Chunk(pa.arange(row, row + batch.num_rows), columns)
            row += batch.num_rows
            unpacked += chunk.nbytes
            if unpacked > limits.max_expanded_bytes:
                raise TooLarge("body-too-large", f"unpacked, above {limits.max_expanded_bytes}")
            yield chunk


def _bounded(batch: pa.RecordBatch, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Slices that stay bounded once unpacked, however often a dictionary value repeats."""
    widest = sum(_longest(column, limits) for column in batch.columns)
    rows = max(1, min(limits.batch_rows, 16 * limits.block_bytes // max(1, widest)))
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def _longest(column: pa.Array, limits: Limits) -> int:
    """Bytes of the longest text; 0 for a column whose values already lie unpacked."""
    packed = pt.is_dictionary(column.type)
    values = column.dictionary if packed else column
    if not (pt.is_string(values.type) or pt.is_large_string(values.type)):
        return 0
    longest: int = pc.max(pc.binary_length(values)).as_py() or 0
    if longest > limits.max_row_bytes:
        raise BodyMalformed("row-too-long", f"a value is above {limits.max_row_bytes} bytes")
    return longest if packed else 0


def _cast(column: pa.Array, name: str, schema: Schema) -> pa.Array:
    if pt.is_dictionary(column.type):
        column = column.dictionary_decode()
    wanted = pa.string() if name == OP else schema.by_name[name].arrow_type
    try:
        return column.cast(wanted)
    except pa.ArrowInvalid:
        return column.cast(pa.string())
