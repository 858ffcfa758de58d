"""The memory of a process and all its children while something runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_SECONDS = 0.05


class Peak:
    """The greatest sum that was seen, in MB, and what each process had of it."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        self.parts: list[float] = []

    def see(self, parts: list[float]) -> None:
        """Keep it if it is the greatest so far."""
        if sum(parts) > self.megabytes:
            self.megabytes, self.parts = sum(parts), parts


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """The peak of the process and its descendants while the block runs.

    Pages that they share after a fork are counted once (the kernel's proportional set size).
    """
    peak, over = Peak(), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            peak.see([_megabytes(one) for one in family(pid)])

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def family(pid: int) -> list[int]:
    """The process and its descendants."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for file in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                waiting += map(int, file.read_text().split())
            except OSError:
                continue
    return found


def _megabytes(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0
