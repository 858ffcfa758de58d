"""Private folders for what must not stay: each is held by a lock that ends with its process.

What a killed process left in them is therefore known, and removed by the next one that looks.
"""

import contextlib
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """An empty folder below the parent that nobody else may enter, removed at the end."""
    path = parent / uuid.uuid4().hex
    with _locked(parent, fcntl.LOCK_SH):
        path.mkdir(mode=0o700)
        held = _open(path)
        fcntl.flock(held, fcntl.LOCK_SH)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


def sweep(parent: Path) -> int:
    """Remove the folders below the parent that nobody holds, and files, which nobody can; how
    many."""
    if not parent.is_dir():
        return 0
    with contextlib.ExitStack() as dead:
        with _locked(parent, fcntl.LOCK_EX):
            left = [path for path in parent.iterdir() if _is_left(path, dead)]
        for path in left:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
    return len(left)


def _is_left(path: Path, dead: contextlib.ExitStack) -> bool:
    if not path.is_dir():
        return True
    held = _open(path)
    dead.callback(os.close, held)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    held = _open(folder)
    try:
        fcntl.flock(held, how)
        yield
    finally:
        os.close(held)


def _open(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
