"""What the systems of a synthetic register do. The generator knows behaviours, not thresholds.

A behaviour is how intensely a system is used on each day (1 is its ordinary use). ``must`` are
the criteria that the behaviour is, by the policy's words; ``may`` those that it can also be called
by without being wrong (of a shrunken system nobody can say whether its last use is still business).
"Long" (长期) in the policy is read as more than a year: what ends, ended 13 to 30 months ago, and
what ended within the last 8 months is not a zombie yet (but may be called idle, Z3, for which the
policy's notes say six months).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

DAYS = 1096  # three years up to today
MONTH = 30.4


@dataclass(frozen=True)
class Behaviour:
    """A kind of system: its share of the register, how it is used, what it is in truth."""

    name: str
    share: float
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    is_small: bool = False
    is_seasonal: bool = False
    is_paired: bool = False
    is_maintained: bool = True

    @property
    def is_zombie(self) -> bool:
        """True if it is one in truth."""
        return bool(self.must)


DEAD = frozenset({"Z1", "Z3", "Z5"})
ALL = (
    Behaviour("steady", 0.37),
    Behaviour("small but vital", 0.10, is_small=True),
    Behaviour("seasonal", 0.10, is_seasonal=True),
    Behaviour("noisy", 0.08),
    Behaviour("twins, both alive", 0.04, is_paired=True),
    Behaviour("paused", 0.02),
    Behaviour("new", 0.03),
    Behaviour("ended lately", 0.02, may=frozenset({"Z3"})),
    Behaviour("dies", 0.07, must=DEAD),
    Behaviour("shrinks", 0.04, must=frozenset({"Z5"}), may=DEAD),
    Behaviour("replaced", 0.025, must=frozenset({"Z2"}), may=DEAD, is_paired=True),
    Behaviour("replaced, left by all", 0.025, must=DEAD | {"Z2"}, is_paired=True),
    Behaviour("never used", 0.04, must=DEAD),
    Behaviour("unmaintained", 0.03, must=frozenset({"Z4"}), is_maintained=False),
    Behaviour("season missed", 0.01, must=frozenset({"Z1", "Z5"}), may=DEAD, is_seasonal=True),
)


def draw(rng: random.Random, behaviour: Behaviour) -> Callable[[int], float]:
    """Day (0 is three years ago) -> intensity of use."""
    if behaviour.is_seasonal:
        return _seasonal(rng, missed=behaviour.name == "season missed")
    makers: dict[str, Callable[[random.Random], Callable[[int], float]]] = {
        "dies": lambda r: _ends(r, r.uniform(13, 30), r.uniform(1, 90), 0.0),
        "shrinks": lambda r: _ends(r, r.uniform(16, 30), r.uniform(90, 270), r.uniform(0, 0.02)),
        "replaced": lambda r: _ends(r, r.uniform(13, 24), r.uniform(30, 180), r.uniform(0, 0.12)),
        "replaced, left by all": lambda r: _ends(r, r.uniform(16, 28), r.uniform(30, 120), 0.0),
        "ended lately": lambda r: _ends(r, r.uniform(1, 8), r.uniform(1, 60), 0.0),
        "never used": _never,
        "new": _new,
        "paused": _paused,
    }
    return makers.get(behaviour.name, _steady)(rng)


def successor(rng: random.Random, months_ago: float) -> Callable[[int], float]:
    """A system that comes into use while another one is left."""
    start = DAYS - months_ago * MONTH
    return lambda day: _ramp(day, start, 120)


def _steady(rng: random.Random) -> Callable[[int], float]:
    trend, wave, phase = rng.uniform(-0.25, 0.6), rng.uniform(0, 0.3), rng.uniform(0, 2 * math.pi)
    return lambda day: (
        (1 + trend * day / DAYS) * (1 + wave * math.sin(2 * math.pi * day / 365 + phase))
    )


def _ends(
    rng: random.Random, months_ago: float, fade: float, rest: float
) -> Callable[[int], float]:
    alive, end = _steady(rng), DAYS - months_ago * MONTH
    return lambda day: alive(day) * (rest + (1 - rest) * (1 - _ramp(day, end, fade)))


def _never(rng: random.Random) -> Callable[[int], float]:
    start, trial = DAYS - rng.uniform(14, 30) * MONTH, rng.uniform(10, 60)
    return lambda day: 0.05 if start <= day < start + trial else 0.0


def _new(rng: random.Random) -> Callable[[int], float]:
    start, slow = DAYS - rng.uniform(1, 9) * MONTH, rng.uniform(0.01, 1)
    return lambda day: slow * _ramp(day, start, 150)


def _paused(rng: random.Random) -> Callable[[int], float]:
    alive, length = _steady(rng), rng.uniform(30, 120)
    start = rng.uniform(DAYS - 365, DAYS - length * 0.7)
    return lambda day: 0.0 if start <= day < start + length else alive(day)


def _seasonal(rng: random.Random, *, missed: bool) -> Callable[[int], float]:
    """The same weeks of each year, a little earlier or later; out of season nearly nothing."""
    length, rest = rng.uniform(15, 85), rng.choice((0.0, 0.0, 0.002, 0.01))
    lead = rng.uniform(60, 330)  # the last season began so many days ago
    starts = [DAYS - lead - 365 * back + rng.gauss(0, 8) for back in range(4)]
    if missed:
        starts = starts[1:] if lead + length < 330 else starts[2:]
        rest = 0.0
    years = [rng.uniform(0.7, 1.4) for _ in starts]

    def intensity(day: int) -> float:
        for start, year in zip(starts, years, strict=True):
            if start <= day < start + length:
                return 3 * year
        return rest

    return intensity


def _ramp(day: float, start: float, length: float) -> float:
    return min(max((day - start) / length, 0.0), 1.0)
