"""python -m bench.evidence: how long does proving a million entries take? See bench/README.md."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import database
from config.env import BASE_DIR

ENTRIES, RUNS = 1_000_000, 3


def main() -> int:
    """Measure and print; the exit code says only whether it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.evidence", description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES, help="half of them in each ledger")
    parser.add_argument("--runs", type=int, default=RUNS, help="of each proof; the median counts")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = _measure(Path(folder), chosen.entries, chosen.runs)
    print(json.dumps({"bench": "evidence", "figures": figures}))
    return 0


def _measure(work: Path, entries: int, runs: int) -> dict[str, float]:
    variables = database.make_database("bench_evidence") | {
        "AUDIT_CHECKPOINT_FILE": str(work / "checkpoints.ndjson"),
        "DATABASE_STATEMENT_TIMEOUT": "0",
    }

    def step(name: str, *words: str, as_owner: bool = False) -> dict[str, float]:
        told = database.step(
            "bench.evidence.steps", name, *words, variables=variables, as_owner=as_owner
        )
        print(f"{name:7} {told}", flush=True)
        return dict(told)

    step("fill", str(entries), as_owner=True)
    sealed = step("seal")
    verified = [step("verify") for _ in range(runs)]
    exported = step("export", str(work / "export"))
    (work / "keys.txt").write_text(database.run(_manage("audit", "key"), variables))
    alone = [_alone(work, entries) for _ in range(runs)]
    print(f"alone   {alone}", flush=True)
    _require_found(work)
    size = sum(file.stat().st_size for file in (work / "export").iterdir())
    return {
        "entries": entries,
        "sealed_per_s": round(entries / sealed["seconds"]),
        "verify_s": statistics.median(one["seconds"] for one in verified),
        "verify_peak_mb": max(one["peak_mb"] for one in verified),
        "export_s": exported["seconds"],
        "export_mb": round(size / 1e6),
        "alone_s": round(statistics.median(alone), 2),
        "checkpoint_bytes_per_entry": round(
            (work / "checkpoints.ndjson").stat().st_size / entries, 1
        ),
    }


def _manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


def _verifier(work: Path) -> subprocess.CompletedProcess[str]:
    program = BASE_DIR / "tools" / "verify_evidence.py"
    command = [sys.executable, "-I", str(program), "export", str(work / "export")]
    command += ["--keys", str(work / "keys.txt")]
    return subprocess.run(command, env=os.environ, stdout=subprocess.PIPE, text=True, check=False)


def _alone(work: Path, entries: int) -> float:
    """The seconds of the stand-alone verifier, its start counted."""
    started = time.perf_counter()
    done = _verifier(work)
    seconds = time.perf_counter() - started
    counted = [int(line.split()[1]) for line in done.stdout.splitlines() if "entries in" in line]
    if done.returncode or sum(counted) != entries:
        raise RuntimeError(f"not proved: {done.stdout}")
    return round(seconds, 2)


def _require_found(work: Path) -> None:
    """It does look: one changed byte in the middle is found, and the entry named."""
    file = work / "export" / "uses.entries.ndjson"
    content = bytearray(file.read_bytes())
    start = content.index(b"\n", len(content) // 2) + 1
    line = bytes(content[start : content.index(b"\n", start)])
    changed = content.index(b'"end_user":"', start) + len(b'"end_user":"')
    content[changed : changed + 3] = "乙".encode()
    file.write_bytes(content)
    done = _verifier(work)
    wanted = f"entry {json.loads(line)['id']}"
    if done.returncode != 1 or wanted not in done.stdout:
        raise RuntimeError(f"a changed entry was not named: {done.stdout}")


if __name__ == "__main__":
    sys.exit(main())
