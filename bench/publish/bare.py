"""python -m bench.publish.bare FORMAT SOURCE TARGET: the same bytes by pyarrow alone, as seconds.

Read whole, write Parquet with zstd: no HTTP, no validation, no order, nothing flushed to the disk.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.json as pjson
import pyarrow.parquet as pq

from bench.persons import PERSONS


def convert(format: str, source: Path, target: Path) -> float:
    """The seconds that it takes, imports not counted."""
    started = time.perf_counter()
    pq.write_table(_read(format, source), target, compression="zstd")
    return time.perf_counter() - started


def _read(format: str, source: Path) -> pa.Table:
    if format == "ndjson":
        return pjson.read_json(source)
    if format == "csv":
        # With the schema's types it is faster than by guessing, and the table is the right one.
        types = pcsv.ConvertOptions(column_types=PERSONS.arrow)
        return pcsv.read_csv(source, convert_options=types)
    return pq.read_table(source)


if __name__ == "__main__":
    print(json.dumps(convert(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
