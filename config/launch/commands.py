"""What each word of `python -m config.launch` does."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from config import env
from config.launch import deploycheck, platform
from config.launch.errors import LaunchError
from config.launch.home import EMBEDDED, TEST_SLOTS, open_home, open_test_home
from config.launch.processes import Processes
from config.launch.servers import start_servers


def run(chosen: argparse.Namespace) -> int:
    """Do the chosen verb; the result is the exit code."""
    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "serve": lambda given: platform.serve(given.port, once=given.once),
        "demo": lambda given: platform.demo(given.port, once=given.once),
        "screenshots": lambda given: platform.screenshots(given.port),
        "exec": lambda given: execute(given.command),
        "check": lambda given: deploycheck.check(),
        "static": lambda given: deploycheck.collect_static(),
        "status": lambda given: status(),
        "clean": lambda given: clean(),
    }
    with stop_on_signal():
        return verbs[chosen.verb](chosen)


def execute(command: list[str]) -> int:
    """Run a command with servers of its own; several may run side by side."""
    words = command[1:] if command[:1] == ["--"] else command
    if not words:
        print("exec needs a command: python -m config.launch exec -- pytest", file=sys.stderr)
        return 2
    home = open_test_home()
    with Processes() as processes:
        variables = start_servers(home, processes)
        path = os.pathsep.join([str(Path(sys.executable).parent), env.search_path()])
        child = subprocess.Popen(words, env=env.inherited(**variables, PATH=path))
        return wait_for(child)


def wait_for(child: subprocess.Popen[bytes]) -> int:
    """Wait; Ctrl-C reaches the child by the terminal, a stop signal is passed on."""
    try:
        return child.wait()
    except KeyboardInterrupt:
        return child.wait(60)
    except SystemExit:
        child.terminate()
        child.wait(60)
        raise
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def status() -> int:
    """Print which launcher runs here and where its servers are; exit code 3 when none does."""
    try:
        open_home(EMBEDDED).release()
    except LaunchError as held:
        print(str(held).splitlines()[0])
        summary = EMBEDDED / "summary"
        print(summary.read_text() if summary.exists() else "It is still starting.")
        return 0
    print("Nothing runs from this folder. Start it with: make serve")
    return 3


def clean() -> int:
    """Remove the data of the embedded servers and of test runs; refused while they run."""
    homes = [EMBEDDED, *sorted(TEST_SLOTS.glob("*"))]
    for root in [home for home in homes if home.is_dir()]:
        home = open_home(root)
        outside = root / "outside"
        if outside.exists():
            shutil.rmtree(outside.read_text().strip(), ignore_errors=True)
        shutil.rmtree(root)
        home.release()
    for shelf in EMBEDDED.parent.rglob("pgdist-*"):
        shutil.rmtree(shelf, ignore_errors=True)
    print("Removed the data of the embedded servers.")
    return 0


@contextmanager
def stop_on_signal() -> Iterator[None]:
    """A stop signal ends the launcher through its `finally` blocks, so nothing is left running."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    # A shell starts background jobs with SIGINT ignored; the launcher heeds it all the same.
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
