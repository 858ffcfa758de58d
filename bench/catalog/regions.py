"""Invented cities, into which the real catalogues are carried over: the same tables elsewhere."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from bench.catalog.real import PLACES

_FIRST = "东西南北临永安清宁平丰嘉云汉襄定怀兴昌景凌崇庆隆通广武新长石青白青龙凤"
_SECOND = "陵阳川源河山海江州城泽林坪溪港原岭浦塘湾台峰洲谷池桥泉岗"


@dataclass(frozen=True)
class Region:
    """Real names of places to invented ones, for the three catalogues together."""

    number: int
    cities: dict[str, str]
    places: dict[str, str]

    def carry(self, text: str) -> str:
        """The text with this region's places."""
        return _REAL.sub(lambda found: self.places[found[0]], text)

    def office(self, name: str, catalogue: str) -> str:
        """A department's name that tells whose department it is."""
        carried = self.carry(name)
        if carried != name:
            return carried
        return f"{self.cities[catalogue]}市{name.removeprefix('市')}"


_NAMES = [name for city, counties in PLACES.values() for name in (city, *counties.split())]
_REAL = re.compile("|".join(sorted(map(re.escape, _NAMES), key=len, reverse=True)))


def invent_regions(count: int, rng: random.Random) -> list[Region]:
    """``count`` regions whose places all have different names."""
    every = sorted({a + b for a in _FIRST for b in _SECOND} - set(_NAMES))
    rng.shuffle(every)
    regions = []
    for number in range(count):
        drawn = {name: every.pop() for name in _NAMES}
        # A county that is called by its short name and its kind in one keeps its kind.
        drawn = {old: f"{new}县" if old.endswith("县") else new for old, new in drawn.items()}
        cities = {catalogue: drawn[city] for catalogue, (city, _) in PLACES.items()}
        regions.append(Region(number, cities, drawn))
    return regions
