"""Places where a test can make the process die, stop or fail, to prove what survives.

Armed once at start-up from the setting FAILPOINTS, which production refuses:
``name:exit`` dies as under kill -9, ``name:stop`` sleeps five seconds, ``name:error`` raises
OSError; ``:n`` behind it lets the first n-1 passes go by.
"""

import os
import time

_armed: dict[str, tuple[str, int]] = {}


def arm(spec: str) -> None:
    """Set the armed failpoints to those of ``spec``, entries separated by commas."""
    _armed.clear()
    for entry in filter(None, (part.strip() for part in spec.split(","))):
        name, deed, *rest = entry.split(":")
        if deed not in ("exit", "stop", "error"):
            raise ValueError(f"FAILPOINTS: {entry!r} names no deed; use exit, stop or error")
        _armed[name] = (deed, int(rest[0]) if rest else 1)


def failpoint(name: str) -> None:
    """Do what is armed for this place; nothing in production."""
    if name not in _armed:
        return
    deed, passes = _armed[name]
    if passes > 1:
        _armed[name] = (deed, passes - 1)
        return
    del _armed[name]
    if deed == "exit":
        os._exit(137)
    if deed == "stop":
        time.sleep(5)
    else:
        raise OSError(f"failpoint {name}")
