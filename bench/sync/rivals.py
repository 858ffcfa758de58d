"""The yardsticks: sling, dlt and a bare pipe, each from the source's table to the target's."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg2

from bench import venv
from bench.persons import CREATE

PIPE_BYTES = 1024 * 1024
BACKENDS = ("pyarrow", "connectorx")


def sling(source: str, target: str) -> float:
    """A full refresh by sling's own binary."""
    command = [str(venv.sling()), "run", "--src-conn", source, "--src-stream", "public.person"]
    command += ["--tgt-conn", target, "--tgt-object", "public.person_sling"]
    with tempfile.TemporaryDirectory() as home:
        quiet = {"SLING_DISABLE_TELEMETRY": "TRUE", "SLING_HOME_DIR": home, "HOME": home}
        started = time.perf_counter()
        _quietly([*command, "--mode", "full-refresh"], quiet)
        return time.perf_counter() - started


def dlt(source: str, target: str, backend: str) -> float:
    """A replaced table by dlt's sql_database, its imports not counted."""
    script = Path(__file__).with_name("dlt_copy.py")
    with tempfile.TemporaryDirectory() as home:
        quiet = {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": home, "HOME": home}
        told = _quietly([str(venv.python()), str(script), source, target, backend], quiet)
    return float(told.strip().splitlines()[-1])


def pipe(source: str, target: str) -> float:
    """COPY out of the source into a new table of the target with the same primary key."""
    with closing(psycopg2.connect(source)) as out, closing(psycopg2.connect(target)) as into:
        with into.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS person")
            cursor.execute(CREATE)
        into.commit()
        started = time.perf_counter()
        reading, writing = os.pipe()
        with open(writing, "wb") as sink, open(reading, "rb") as feed:

            def dump() -> None:
                with sink, out.cursor() as cursor:
                    cursor.copy_expert("COPY person TO STDOUT", sink, PIPE_BYTES)

            thread = threading.Thread(target=dump)
            thread.start()
            with into.cursor() as cursor:
                cursor.copy_expert("COPY person FROM STDIN", feed, PIPE_BYTES)
            into.commit()
            thread.join()
        return time.perf_counter() - started


def _quietly(command: list[str], variables: dict[str, str]) -> str:
    """What the tool prints; its complaint if it fails."""
    done = subprocess.run(
        command,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed:\n{done.stdout[-2000:]}")
    return done.stdout
