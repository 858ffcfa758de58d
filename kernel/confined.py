"""A parser in a process of its own: whatever a file from elsewhere does to it, we live on.

The child has bounds on memory, time and what it writes, none of our environment and none of our
open files. It is told a function and plain arguments; what the function yields comes back as
JSON, so that not even a parser that was taken over hands us objects. Standard library alone:
it starts in a few hundredths of a second.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from typing import IO, Any

MIB = 1024 * 1024
# Of one process of ours; so many times its memory is what the machine must have to spare.
MOST_TOGETHER = 2
_RAISED, _MEMORY = 3, 4
_ROOT = Path(__file__).resolve().parent.parent
_places = threading.BoundedSemaphore(MOST_TOGETHER)
_KINDS: dict[str, Callable[[Any], Any]] = {
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$seconds": lambda seconds: timedelta(seconds=seconds),
}


class Stopped(Exception):
    """The child ended before it was done; ``why`` is memory, time, crash, or busy where none was
    begun because too many run already."""

    def __init__(self, why: str, where: str = "") -> None:
        super().__init__(f"{why} {where}".strip())
        self.why = why


class Raised(Exception):
    """The function raised: the exception's class by ``name``, and its attributes."""

    def __init__(self, name: str, attributes: dict[str, Any], where: str) -> None:
        super().__init__(f"{name} at {where}")
        self.name = name
        self.attributes = attributes


def confined(
    task: str,
    *arguments: Any,
    memory: int = 1024 * MIB,
    seconds: int = 60,
    written: int = 1024 * MIB,
) -> Iterator[Any]:
    """What ``module:function`` yields when it is called with the arguments in a child.

    All of it is computed before the first value is handed on. Arguments and values are what JSON
    has; values may be dates, times and durations besides. Raises Stopped or Raised.
    """
    order = {
        "path": [part or str(_ROOT) for part in sys.path],
        "task": task,
        "arguments": arguments,
        "bounds": {"memory": memory, "seconds": seconds, "written": written},
    }
    if not _places.acquire(timeout=seconds):
        raise Stopped("busy")
    out = tempfile.TemporaryFile()  # noqa: SIM115 - closed with its last value
    try:
        _run(json.dumps(order).encode(), out, seconds)
    except BaseException:
        out.close()
        raise
    finally:
        _places.release()
    return _values(out)


def _run(order: bytes, out: IO[bytes], seconds: int) -> None:
    with tempfile.TemporaryFile() as said:
        try:
            ended = subprocess.run(
                [sys.executable, "-s", "-m", "kernel.confined"],
                input=order,
                stdout=out,
                stderr=said,
                cwd=_ROOT,
                env={"PATH": os.defpath, "LANG": "C.UTF-8"},
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Stopped("time") from None
        said.seek(0)
        _judge(ended.returncode, said.read(64 * 1024))


def _judge(status: int, said: bytes) -> None:
    if status == 0:
        return
    if status == _RAISED:
        told = json.loads(said.splitlines()[-1])
        raise Raised(str(told["name"]), told["attributes"], str(told["where"]))
    # Rust and C++ abort when they find no memory, and say so.
    if status == _MEMORY or b"memory allocation" in said or b"bad_alloc" in said:
        raise Stopped("memory")
    # By number: not every system has all of them. SIGALRM, SIGXCPU.
    raise Stopped("time" if -status in (14, 24) else "crash", f"status {status}")


def _values(out: IO[bytes]) -> Iterator[Any]:
    with out:
        out.seek(0)
        for line in out:
            yield json.loads(line, object_hook=_meant)


def _meant(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        ((name, value),) = found.items()
        if name in _KINDS:
            return _KINDS[name](value)
    return found


def _told(value: Any) -> dict[str, Any]:
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$seconds": value.total_seconds()}
    raise TypeError(f"{type(value).__name__} is no plain value")


def _attribute(value: Any) -> Any:
    """A text with named values (kernel.texts) keeps them apart, so that it can be said anew."""
    return [value.pattern, value.values] if hasattr(value, "pattern") else value


def _bound(memory: int, seconds: int, written: int) -> None:
    """From here on this process ends when it wants more; also when nobody waits for it."""
    import resource
    import signal

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(seconds + 5)


def _child() -> int:
    order = json.load(sys.stdin)
    sys.path[:] = order["path"]
    _bound(**order["bounds"])
    module, _, name = order["task"].partition(":")
    try:
        for value in getattr(import_module(module), name)(*order["arguments"]):
            sys.stdout.write(json.dumps(value, default=_told) + "\n")
        sys.stdout.flush()
    except MemoryError:
        return _MEMORY
    except Exception as raised:  # noqa: BLE001 - told to whoever waits
        last = traceback.extract_tb(raised.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        attributes = {name: _attribute(value) for name, value in vars(raised).items()}
        told = {"name": type(raised).__name__, "attributes": attributes, "where": where}
        sys.stderr.write("\n" + json.dumps(told, default=str))
        return _RAISED
    return 0


if __name__ == "__main__":
    sys.exit(_child())
