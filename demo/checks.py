"""Comparing what is with what must be; a difference ends the demonstration."""

import time
from collections.abc import Callable
from typing import Any


class Difference(Exception):
    """Something is not as it must be; the message says what was expected and what was found."""


def same(what: str, expected: Any, found: Any) -> None:
    """Both are equal, or Difference."""
    if expected != found:
        raise Difference(f"{what}\n  expected: {_short(expected)}\n  found:    {_short(found)}")


def same_table(what: str, expected: dict[str, Any], found: dict[str, Any]) -> None:
    """Two tables by key are equal in every row and item, or Difference names the first rows."""
    if expected == found:
        return
    missing = sorted(expected.keys() - found.keys())
    strange = sorted(found.keys() - expected.keys())
    other = sorted(key for key in expected.keys() & found.keys() if expected[key] != found[key])
    lines = [f"{what}: {len(expected)} rows expected, {len(found)} found"]
    lines += [f"  missing   {key} {_short(expected[key])}" for key in missing[:3]]
    lines += [f"  too many  {key} {_short(found[key])}" for key in strange[:3]]
    lines += [
        f"  differs   {key} expected {_short(expected[key])}, found {_short(found[key])}"
        for key in other[:3]
    ]
    raise Difference("\n".join(lines))


def until(what: str, ready: Callable[[], bool], seconds: float = 30) -> None:
    """Ask again every 20 ms until it is so; Difference when the time is over."""
    if not came_true(ready, seconds):
        raise Difference(f"{what}\n  expected: within {seconds:.0f} s\n  found:    not yet")


def came_true(ready: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    """Whether it becomes so within this time, asked again and again."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}..."
