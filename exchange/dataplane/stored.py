"""Stored files read under a schema that may be newer than the one they were written with."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from exchange.dataplane.engine import quoted, scan
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Schema
from exchange.dataplane.sealed import source_of


def open_blob(path: Path) -> pq.ParquetFile:
    """A stored file to read; Terminal ``blob-missing`` or ``blob-corrupt``."""
    try:
        return pq.ParquetFile(source_of(path), page_checksum_verification=True)
    except FileNotFoundError:
        raise Terminal("blob-missing", path.name) from None
    except (pa.ArrowException, OSError):
        raise Terminal("blob-corrupt", f"{path.name} is no readable Parquet file") from None


def stored_names(path: Path) -> list[str]:
    """The columns of a stored file."""
    with open_blob(path) as file:
        names: list[str] = file.schema_arrow.names
        return names


def holds_just(path: Path, schema: pa.Schema) -> bool:
    """Whether a stored file has these columns, of these types, and no other."""
    with open_blob(path) as file:
        found = file.schema_arrow
        return sorted(found.names) == sorted(schema.names) and all(
            found.field(each.name).type == each.type for each in schema
        )


def select_items(path: Path, schema: Schema, *, also: tuple[str, ...] = ()) -> str:
    """SQL for the schema's items from one file: missing ones null, each of its type.

    ``also`` are columns taken as they are. A file without a key item cannot be read so.
    """
    names = set(stored_names(path))
    missing = [name for name in schema.key if name not in names]
    if missing:
        raise Terminal("schema-mismatch", f"{path.name} is without the key {', '.join(missing)}")
    columns = list(also)
    for item in schema.items:
        source = quoted(item.name) if item.name in names else "NULL"
        columns.append(f"CAST({source} AS {item.sql_type}) AS {quoted(item.name)}")
    return f"SELECT {', '.join(columns)} FROM {scan([path])}"
