"""dlt_copy.py SOURCE TARGET BACKEND, run by the benchmarks' own Python: the seconds of one load."""

import logging
import sys
import time

import dlt
from dlt.sources.sql_database import sql_database

if __name__ == "__main__":
    source, target, backend = sys.argv[1:]
    logging.disable(logging.WARNING)
    pipeline = dlt.pipeline(
        "bench", destination=dlt.destinations.postgres(target), dataset_name="dlt_copy"
    )
    started = time.perf_counter()
    tables = sql_database(source, table_names=["person"], backend=backend, chunk_size=100_000)
    pipeline.run(tables, write_disposition="replace")
    print(time.perf_counter() - started)
