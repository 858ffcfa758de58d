"""The benchmark of sync, in small and beside the bare pipe only."""

import os

from bench.sync.memory import family, watched
from tests.bench.small import figures_of


def test_a_table_goes_through_the_hub_and_exactly_the_changes_are_published() -> None:
    words = ["--rows", "2000", "--runs", "1", "--growth", "0", "--rivals", "copy"]
    figures = figures_of("sync", *words)
    assert figures["diff_changes"] == 100
    for name in ("time_vs_copy", "peak_mb", "incremental_vs_full", "diff_vs_full"):
        assert figures[name] > 0


def test_memory_is_that_of_a_process_and_its_children() -> None:
    assert os.getpid() in family(os.getppid())
    with watched(os.getpid()) as peak:
        held = bytearray(os.urandom(1024) * 64 * 1024)
        while not peak.megabytes:
            pass
    assert peak.megabytes > len(held) / 1024**2
