"""Every parser fed by what reaches new lines of it: ``make fuzz-parsers``.

Each runs in a process of its own, for the fuzzer ends its process. What it kept as interesting
stays in var/fuzz, so that the next run begins where this one ended; what broke a parser too.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

from config import env

KEPT = env.BASE_DIR / "var" / "fuzz"
_OURS = ["kernel", "accounts", "catalog", "exchange", "zipfile", "csv", "json", "rdflib"]


def main() -> int:
    """Run all parsers, or those whose names hold the words that are given; how many broke."""
    seconds, words = int(sys.argv[1]), sys.argv[2:]
    chosen = [name for name in _names() if not words or any(word in name for word in words)]
    broken = calls = 0
    for name in chosen:
        done = subprocess.run(
            [sys.executable, "-m", "tests.architecture.guided", "--one", name, str(seconds)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        # libFuzzer counts as it goes: "#4096 pulse cov: 212 ft: 530 ...".
        told = re.findall(r"^#(\d+).*?cov: (\d+)", done.stderr, re.MULTILINE) or [("0", "0")]
        made, reached = map(int, told[-1])
        calls += made
        state = "BROKEN" if done.returncode else "sound"
        print(f"{name:32} {state:6} {made:9,} calls, {reached:6,} places reached", flush=True)
        if done.returncode:
            broken += 1
            print(done.stdout[-4000:], done.stderr[-2000:])
    print(f"{len(chosen)} parsers, {calls:,} calls, {broken} broken")
    return broken


def _names() -> list[str]:
    _begin()
    from tests.architecture.parsers import parsers

    return [parser.name for parser in parsers()]


def _begin() -> None:
    import django

    env.use_settings("config.settings.test")
    django.setup()


def one(name: str, seconds: int) -> None:
    """Feed one parser; does not return."""
    with atheris.instrument_imports(include=_OURS):
        _begin()
        from tests.architecture.parsers import attempt, parsers
    parser = next(each for each in parsers() if each.name == name)
    corpus = KEPT / re.sub(r"\W+", "-", name)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(parser.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    bounds = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=16384"]
    broke = f"-artifact_prefix={corpus.parent}/broke-{corpus.name}-"
    atheris.Setup(
        [sys.argv[0], *bounds, broke, str(corpus)],
        lambda body: attempt(parser, body, folder),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        one(sys.argv[2], int(sys.argv[3]))
    sys.exit(main())
