"""What is told of synthetic systems: daily numbers with noise, gaps, and whole kinds missing."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.zombies.behaviours import DAYS, Behaviour

Days = list[float | None]

# How often a department tells a kind of fact at all.
TOLD = {
    "login": 0.9,
    "active_users": 0.75,
    "transaction": 0.75,
    "cpu_percent": 0.7,
    "storage_gb": 0.65,
    "deployment": 0.6,
}
COUNTS = ("login", "transaction", "call_provided", "deployment")


@dataclass(frozen=True)
class Size:
    """A system's ordinary use: people, log-ins and transactions a working day, calls by others."""

    users: float
    logins: float
    transactions: float
    calls: float
    load: float
    stored: float
    growth: float

    def scaled(self, times: float) -> Size:
        """The same with so many times the people and their work."""
        return replace(
            self,
            users=self.users * times,
            logins=self.logins * times,
            transactions=self.transactions * times,
        )


def draw_size(rng: random.Random, behaviour: Behaviour) -> Size:
    """How large a system is when it is used."""
    users = rng.uniform(1, 4) if behaviour.is_small else rng.lognormvariate(math.log(40), 0.9)
    logins = users * rng.uniform(0.15, 0.9)
    if behaviour.is_small:
        logins = rng.lognormvariate(math.log(0.4), 0.6)
    business = rng.lognormvariate(math.log(1.4), 0.6) if behaviour.is_small else 0.0
    if not behaviour.is_small and rng.random() < 0.85:
        business = logins * rng.lognormvariate(0, 0.7)
    calls = 0.0
    if behaviour.is_small and rng.random() < 0.4:
        business, calls = 0.0, rng.lognormvariate(math.log(30), 1)
    elif rng.random() < 0.12:
        calls = rng.lognormvariate(math.log(60), 1)
    return Size(
        users=users,
        logins=logins,
        transactions=business,
        calls=calls,
        load=rng.lognormvariate(math.log(3 if behaviour.is_small else 22), 0.5),
        stored=rng.lognormvariate(math.log(40), 1.2),
        growth=rng.uniform(0.005, 0.05) if behaviour.is_small else rng.uniform(0.05, 0.6),
    )


def draw_signals(
    rng: random.Random,
    size: Size,
    intensity: Callable[[int], float],
    *,
    patched_until: int,
    is_noisy: bool,
) -> dict[str, Days]:
    """Kind -> what was told on each of the days, None where nothing was told."""
    daily = [_daily(rng, intensity(day), day) for day in range(DAYS)]
    begun = DAYS - int(rng.uniform(400, DAYS)) if rng.random() < 0.6 else 0
    found: dict[str, Days] = {}
    for kind, numbers in _true_numbers(rng, size, daily, patched_until).items():
        if rng.random() < TOLD.get(kind, 0.95):
            found[kind] = _as_told(rng, kind, numbers, begun, is_noisy)
    return found


def _true_numbers(
    rng: random.Random, size: Size, daily: list[float], patched_until: int
) -> dict[str, list[float]]:
    logins = [_count(rng, size.logins * d) for d in daily]
    numbers = {
        "login": logins,
        "active_users": [
            float(math.ceil(size.users * (1 - math.exp(-n / size.users)) - 0.2)) if n else 0.0
            for n in logins
        ],
        "cpu_percent": [_load(rng, size.load * math.sqrt(d)) for d in daily],
        "storage_gb": _storage(size, daily),
        "deployment": _patches(rng, patched_until),
    }
    if size.transactions:
        # Someone tries something in a system that nobody works with.
        numbers["transaction"] = [
            _count(rng, size.transactions * d) + (rng.random() < 0.001) for d in daily
        ]
    if size.calls:
        numbers["call_provided"] = [_count(rng, size.calls * d) for d in daily]
    return numbers


def _daily(rng: random.Random, intensity: float, day: int) -> float:
    weekend = 0.1 if day % 7 in (5, 6) else 1.0
    return intensity * weekend * rng.lognormvariate(0, 0.25) if intensity else 0.0


def _count(rng: random.Random, mean: float) -> float:
    """A Poisson number."""
    if mean <= 0:
        return 0.0
    if mean > 25:
        return float(max(0, round(rng.gauss(mean, math.sqrt(mean)))))
    limit, number, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        number += 1
        product *= rng.random()
    return float(number)


def _load(rng: random.Random, busy: float) -> float:
    spike = rng.uniform(20, 90) if rng.random() < 0.01 else 0.0
    return round(min(100.0, max(abs(rng.gauss(1.5, 0.8)), busy * rng.uniform(0.6, 1.4), spike)), 1)


def _storage(size: Size, daily: list[float]) -> list[float]:
    held, found = size.stored, []
    for d in daily:
        held += size.stored * size.growth / 365 * d * 1.3
        found.append(round(held, 3))
    return found


def _patches(rng: random.Random, until: int) -> list[float]:
    days, every = [0.0] * DAYS, rng.uniform(25, 130)
    day = rng.uniform(0, every)
    while day < until:
        days[int(day)] += 1
        day += every * rng.uniform(0.4, 1.6)
    return days


def _as_told(
    rng: random.Random, kind: str, numbers: list[float], begun: int, is_noisy: bool
) -> Days:
    """The telling of a kind: some tell nothing on days with nothing, all have gaps."""
    tells_zeros = kind not in COUNTS or rng.random() < 0.85
    if kind == "deployment":
        tells_zeros = rng.random() < 0.3
    told: Days = [
        None if (day < begun or rng.random() < 0.03 or (not n and not tells_zeros)) else n
        for day, n in enumerate(numbers)
    ]
    for _ in range(rng.randint(1, 4) if is_noisy else int(rng.random() < 0.2)):
        start, length = rng.randrange(DAYS), int(rng.uniform(10, 120 if is_noisy else 60))
        told[start : start + length] = [None] * len(told[start : start + length])
    if rng.random() < 0.04:  # the teller breaks for good
        stop = DAYS - rng.randrange(1, 365)
        told[stop:] = [None] * (DAYS - stop)
    if is_noisy:
        told = [
            n * rng.choice((0, 3, 10)) if n is not None and rng.random() < 0.02 else n for n in told
        ]
    return told
