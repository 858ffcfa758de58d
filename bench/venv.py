"""The tools that the platform is compared with, in a virtualenv of their own."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-bench"


class NotInstalled(RuntimeError):
    """The tools are not there: ``make setup-bench`` brings them."""


def python() -> Path:
    """The Python that has datasette, dlt and sling."""
    found = FOLDER / "bin" / "python"
    if not found.exists():
        raise NotInstalled(f"{FOLDER.name} is missing; run: make setup-bench")
    return found


def program(name: str) -> Path:
    """A command of that virtualenv, such as ``datasette``."""
    found = python().parent / name
    if not found.exists():
        raise NotInstalled(f"{FOLDER.name} has no {name}; run: make setup-bench")
    return found


def sling() -> Path:
    """The binary of the wheel sling-linux-amd64, for SLING_BINARY or to be run itself."""
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    folder = subprocess.run(
        [str(python()), "-c", code], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()
    for found in sorted(Path(folder).glob("sling_linux_amd64/**/sling*")):
        if found.is_file() and found.stat().st_size > 1_000_000:
            return found
    raise NotInstalled(f"{FOLDER.name} has no binary of sling; run: make setup-bench")
