"""What the tests of kernel.confined let a child do."""

import os
import resource
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from kernel.errors import Malformed
from kernel.texts import Text


def values(count: int) -> Iterator[Any]:
    """One of each kind, ``count`` times."""
    kinds = [
        None,
        True,
        7,
        1.5,
        "业务",
        date(2026, 1, 31),
        datetime.fromisoformat("2026-01-31T08:05"),
    ]
    for _ in range(count):
        yield [*kinds, time_of_day(8, 5), timedelta(hours=30)]


def surroundings() -> Iterator[Any]:
    """What the child knows of us: its variables, its open files, its bounds."""
    yield sorted(os.environ)
    yield sorted(int(name) for name in os.listdir("/proc/self/fd") if int(name) > 2)
    yield list(resource.getrlimit(resource.RLIMIT_AS))


def hungry(size: int) -> Iterator[Any]:
    """Takes so many bytes."""
    yield len(bytearray(size))


def endless() -> Iterator[Any]:
    """Never done."""
    while True:
        time.sleep(0.01)
        yield from ()


def dying(number: int) -> Iterator[Any]:
    """Ends by a signal, after it said something."""
    yield "half"
    os.kill(os.getpid(), number)
    yield "more"


def writing(path: str, size: int) -> Iterator[Any]:
    """Writes so many bytes."""
    Path(path).write_bytes(bytes(size))
    yield "done"


def refusing(most: int) -> Iterator[Any]:
    """Refuses, as parsers do."""
    yield "half"
    raise Malformed(Text("at most {most} rows", most=most), limit=most)


def stumbling() -> Iterator[Any]:
    """Trips over its own feet."""
    yield [][0]
