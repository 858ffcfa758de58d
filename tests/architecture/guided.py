"""Every parser fed by what reaches new lines of it: ``make fuzz-parsers``.

Each runs in a process of its own, for the fuzzer ends its process; all of them are copies of one
that has loaded and marked the code. What the fuzzer kept as interesting stays in var/fuzz, so that
the next run begins where this one ended; what broke a parser too.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import atheris
import django

from config import env

env.use_settings("config.settings.test")
_MARKED = ["kernel", "accounts", "catalog", "exchange", "zipfile", "csv", "json", "rdflib"]
# It names each of hundreds of modules.
with redirect_stderr(StringIO()), atheris.instrument_imports(include=_MARKED):
    django.setup()
    from tests.architecture.parsers import Parser, attempt, parsers

KEPT = env.BASE_DIR / "var" / "fuzz"


def main() -> int:
    """Run all parsers, or those whose names hold the words that are given; how many broke."""
    seconds, words = int(sys.argv[1]), sys.argv[2:]
    every = parsers()
    chosen = [one for one in every if not words or any(word in one.name for word in words)]
    broken = calls = 0
    for parser in chosen:
        status, said = _apart(parser, seconds)
        # libFuzzer counts as it goes: "#4096 pulse cov: 212 ft: 530 ...".
        told = re.findall(r"^#(\d+).*?cov: (\d+)", said, re.MULTILINE) or [("0", "0")]
        made, reached = map(int, told[-1])
        calls += made
        how = f"{'BROKEN' if status else 'sound':6} {made:9,} calls, {reached:6,} places reached"
        print(f"{parser.name:32} {how}", flush=True)
        if status:
            broken += 1
            print(said[-6000:])
    print(f"{len(chosen)} parsers, {calls:,} calls, {broken} broken")
    return broken


def _apart(parser: Parser, seconds: int) -> tuple[int, str]:
    """Feed one parser in a process of its own: how that ended, and what it said."""
    with TemporaryFile() as said, TemporaryDirectory(prefix="fuzz-") as folder:
        child = os.fork()
        if not child:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            _feed(parser, seconds, Path(folder))
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return status, said.read().decode(errors="replace")


def _feed(parser: Parser, seconds: int, folder: Path) -> None:
    """Does not return."""
    corpus = KEPT / re.sub(r"\W+", "-", parser.name)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(parser.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    bounds = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=16384"]
    broke = f"-artifact_prefix={corpus.parent}/broke-{corpus.name}-"
    atheris.Setup(
        [sys.argv[0], *bounds, broke, str(corpus)],
        lambda body: attempt(parser, body, folder),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
