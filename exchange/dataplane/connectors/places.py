"""What all sources with rows in an order share: places of rows, and columns that must be there."""

import pyarrow as pa

from exchange.dataplane.connectors.base import Described, ReadRequest
from exchange.dataplane.errors import Terminal


def require_columns(request: ReadRequest, described: Described) -> None:
    """Terminal ``source-mismatch`` names each wanted column that the table does not have."""
    wanted = dict.fromkeys((*request.columns, *request.watermarked_order))
    missing = [name for name in wanted if name not in described.names]
    if missing:
        free = [name for name in described.names if name not in wanted]
        hint = f" Columns not mapped: {', '.join(free[:10])}." if free else ""
        raise Terminal(
            "source-mismatch",
            f"{described.table} has no column {', '.join(missing[:10])}"
            f" that the login may read.{hint}",
        )


def as_place(table: pa.Table, names: list[str]) -> list[str]:
    """The texts of these columns in the last row."""
    last = table.select(names).slice(len(table) - 1)
    return [str(column.cast(pa.string())[0].as_py()) for column in last.columns]
