"""A benchmark in small: that it measures and tells what it promises, not what the figures are."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SECONDS = 400


def figures_of(name: str, *words: str) -> dict[str, float]:
    """Run ``python -m bench.NAME`` with servers of this test run; its figures."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["bench"] == name
    figures: dict[str, float] = told["figures"]
    return figures
