"""python -m bench.rights: what do masks and a row filter cost? See bench/README.md."""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from bench.rights.measure import Run, alone, measured
from bench.rights.population import write_residents
from exchange.dataplane.store import FolderStore

ROWS = 1_000_000
FORMATS = ("parquet", "ndjson")


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.rights", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=5, help="of each kind; the median counts")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = FolderStore(folder)
        with store.stage() as staged:
            alone(write_residents, staged, chosen.rows)
            source = store.path(store.commit(staged).digest)
        figures: dict[str, float] = {"rows": chosen.rows}
        for format in FORMATS:
            figures |= _compare(source, format, chosen.runs)
    figures["masked_vs_plain"] = max(figures[f"masked_vs_plain_{format}"] for format in FORMATS)
    print(json.dumps({"bench": "rights", "figures": figures}))
    return 0


def _compare(source: Path, format: str, runs: int) -> dict[str, float]:
    """Both kinds in turn, so that whatever else the machine does falls on both."""
    plain: list[Run] = []
    masked: list[Run] = []
    for _ in range(runs):
        plain.append(measured(source, format, masked=False))
        masked.append(measured(source, format, masked=True))
    both = list(zip(masked, plain, strict=True))
    for name, found in (("plain", plain), ("masked", masked)):
        seconds = ", ".join(f"{each:.2f}" for each in sorted(run.seconds for run in found))
        cpu = statistics.median(run.cpu_seconds for run in found)
        most = max(run.megabytes for run in found)
        print(
            f"{format:8} {name:7} {found[0].rows:>9,} rows  {seconds} s  "
            f"{cpu:.2f} s of processor  {most:.0f} MB at most"
        )
    return {
        f"masked_vs_plain_{format}": _ratio([(m.seconds, p.seconds) for m, p in both]),
        f"masked_vs_plain_cpu_{format}": _ratio([(m.cpu_seconds, p.cpu_seconds) for m, p in both]),
        f"masked_{format}_rows": masked[0].rows,
        f"masked_{format}_mb": round(max(run.megabytes for run in masked)),
    }


def _ratio(pairs: list[tuple[float, float]]) -> float:
    """The median of one kind over the median of the other."""
    masked, plain = (statistics.median(each) for each in zip(*pairs, strict=True))
    return round(masked / plain, 2)


if __name__ == "__main__":
    sys.exit(main())
