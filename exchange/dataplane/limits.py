"""The bounds every body is read within, and what to do with rows that break rules."""

from dataclasses import dataclass
from typing import Literal

MIB = 1024 * 1024
OnReject = Literal["refuse", "quarantine"]


@dataclass(frozen=True)
class Limits:
    """Bounds in bytes and rows; memory stays below a few of them together, whatever the body."""

    max_bytes: int = 2048 * MIB
    """A request body as it arrives."""
    max_expanded_bytes: int = 16384 * MIB
    """A compressed body (Parquet, Arrow, Content-Encoding) unpacked."""
    max_ratio: int = 200
    """How many times its own size a body may unpack to, once it is above ``free_bytes``."""
    free_bytes: int = 64 * MIB
    max_json_bytes: int = 64 * MIB
    """A JSON array, which has to be held whole; NDJSON has no such bound."""
    max_row_bytes: int = MIB
    max_rows: int = 50_000_000
    max_depth: int = 32
    """Objects and lists one JSON record may open; a record of scalars opens one."""
    batch_rows: int = 65_536
    block_bytes: int = 4 * MIB
    row_group_rows: int = 65_536
    duckdb_memory: str = "512MB"
    duckdb_threads: int = 2
    max_errors: int = 100


@dataclass(frozen=True)
class Policy:
    """Refuse a body with any bad row, or quarantine bad rows up to a fraction of the body."""

    on_reject: OnReject = "refuse"
    max_rejected: float = 0.0
