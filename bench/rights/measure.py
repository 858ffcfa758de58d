"""One projection in a process of its own: its rows, its time, its peak memory."""

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.rights.population import RESIDENTS
from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.disclosing import disclose_table
from exchange.dataplane.disclosure import Disclosure, new_salt
from exchange.dataplane.masks import read_masks
from exchange.dataplane.reading import project

FILTER = 'alone = false and division starts with "99" and born < "2022-09-01"'
MASKS = {
    "identity": {"kind": "hash"},
    "name": {"kind": "partial", "form": "name"},
    "phone": {"kind": "partial", "form": "telephone"},
    "address": {"kind": "partial", "form": "address"},
    "born": {"kind": "date", "to": "year"},
}


@dataclass(frozen=True)
class Run:
    """What one projection took."""

    rows: int
    seconds: float
    cpu_seconds: float
    megabytes: float


def alone(work: Callable[..., Any], *arguments: Any) -> Any:
    """Call it in a fresh process, so that neither memory nor caches of another run count."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(work, *arguments).result()


def measured(source: Path, format: str, *, masked: bool) -> Run:
    """One projection, alone."""
    run: Run = alone(_run, source, format, masked)
    return run


def _run(source: Path, format: str, masked: bool) -> Run:
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        out = Path(folder) / "out"
        started, worked = time.perf_counter(), time.process_time()
        if masked:
            rows = disclose_table(source, disclosure(), format=format, out=out)
        else:
            rows = project(source, RESIDENTS.names, format=format, out=out)
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Run(rows, seconds, cpu, peak)


def disclosure() -> Disclosure:
    """All twelve items under the filter and the five masks."""
    return Disclosure(
        RESIDENTS,
        RESIDENTS.names,
        read_masks(MASKS, RESIDENTS),
        parse_condition(FILTER, RESIDENTS),
        new_salt(),
    )
