"""Private folders for what must not stay: each is held by a lock that ends with its process.

What a killed process left in them is therefore known, and removed by the next one that looks.
"""

import contextlib
import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

# Younger folders may have been made and not been locked yet.
LEAST_SECONDS = 60


@contextlib.contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """An empty folder below the parent that nobody else may enter, removed at the end."""
    path = parent / uuid.uuid4().hex
    path.mkdir(mode=0o700)
    held = _open(path)
    try:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


def sweep(parent: Path, older_than: float = LEAST_SECONDS) -> int:
    """Remove what lies below the parent, is so many seconds old and held by nobody; how many."""
    limit, swept = time.time() - older_than, 0
    for path in parent.iterdir() if parent.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime > limit:
                continue
            if path.is_dir():
                swept += _remove(path)
            else:
                path.unlink()
                swept += 1
    return swept


def _remove(path: Path) -> bool:
    held = _open(path)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        shutil.rmtree(path, ignore_errors=True)
        return True
    finally:
        os.close(held)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY)
