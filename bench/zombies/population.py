"""A labelled register: systems with behaviour, register entry and signals, from one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from bench.zombies import behaviours
from bench.zombies.behaviours import ALL, DAYS, MONTH, Behaviour
from bench.zombies.register import Entry, contract_end, draw_entry, forget, imitate
from bench.zombies.signals import Days, Size, draw_signals, draw_size

# Of all systems so many tell nothing at all.
SILENT = 0.04
# Of systems that nobody uses so many are still kept up.
KEPT_UP = 0.4


@dataclass
class Made:
    """A synthetic system with its truth."""

    id: UUID
    behaviour: Behaviour
    entry: Entry
    signals: dict[str, Days]
    must: frozenset[str]
    may: frozenset[str]
    size: Size
    is_like_the_last: bool = False

    @property
    def is_silent(self) -> bool:
        """True if nothing was told of it."""
        return not any(n is not None for days in self.signals.values() for n in days[-365:])


def populate(seed: int, count: int, today: date) -> Iterator[Made]:
    """``count`` systems, in the shares of the behaviours."""
    rng = random.Random(seed)
    made = 0
    while made < count:
        (behaviour,) = rng.choices(ALL, [b.share for b in ALL])
        for system in _family(rng, behaviour, made, today):
            if made < count:
                yield system
                made += 1


def _family(rng: random.Random, behaviour: Behaviour, number: int, today: date) -> list[Made]:
    """A system, with its twin or successor where the behaviour has one."""
    first = _system(rng, behaviour, number, today, None)
    if not behaviour.is_paired:
        return [first]
    other = next(b for b in ALL if b.name == "steady")
    replaced = first if behaviour.name.startswith("replaced") else None
    twin = _system(rng, other, number + 1, today, first.entry, replaced)
    forget(rng, first.entry)
    return [first, twin]


def _system(
    rng: random.Random,
    behaviour: Behaviour,
    number: int,
    today: date,
    like: Entry | None,
    replaced: Made | None = None,
) -> Made:
    start = DAYS + int(rng.uniform(0, 2500))  # days ago
    intensity, size = behaviours.draw(rng, behaviour), draw_size(rng, behaviour)
    if replaced:
        # Who left the old system works with the new one.
        size = replaced.size.scaled(rng.uniform(0.9, 1.6))
        start = int(rng.uniform(25, 34) * MONTH)
        intensity = behaviours.successor(rng, start / MONTH)
    if behaviour.name in ("new", "never used"):
        start = next(DAYS - day for day in range(DAYS) if intensity(day))
    is_kept_up = behaviour.is_maintained
    must = behaviour.must
    if behaviour.must & {"Z1", "Z5"} and behaviour.is_maintained and rng.random() > KEPT_UP:
        is_kept_up, must = False, must | {"Z4"}
    began = today - timedelta(start)
    entry = imitate(rng, like, number, began) if like else draw_entry(rng, number, began)
    ends = contract_end(rng, today, is_kept_up=is_kept_up)
    entry.maintained_until = ends
    entry.user_count = max(1, round(size.users * rng.uniform(0.8, 1.5)))
    if behaviour.is_small:
        entry.use_scope = rng.choice(("office", "office", "department"))
        entry.use_frequency = rng.choice(("weekly", "monthly", "monthly", "quarterly"))
    if behaviour.is_seasonal:
        _declare_season(rng, entry, intensity, today)
    until = DAYS if is_kept_up else DAYS - (today - ends).days + int(rng.uniform(-60, 20))
    signals = draw_signals(
        rng, size, intensity, patched_until=until, is_noisy=behaviour.name == "noisy"
    )
    if rng.random() < SILENT:
        signals = {}
    if not behaviour.is_paired:
        forget(rng, entry)
    key = UUID(int=rng.getrandbits(128), version=4)
    return Made(key, behaviour, entry, signals, must, behaviour.may - must, size, like is not None)


def _declare_season(rng: random.Random, entry: Entry, intensity: object, today: date) -> None:
    """Half of the departments say in which months a system works."""
    if rng.random() < 0.5:
        days = [today - timedelta(DAYS - 1 - day) for day in range(DAYS) if intensity(day) > 1]  # type: ignore[operator]
        entry.season = sorted({day.month for day in days})
    entry.use_frequency = rng.choice(("yearly", "yearly", "quarterly", ""))
