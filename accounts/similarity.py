"""How much one system does what another does: by name, business items and data items. Pure.

For the check of new construction against the register; anybody who compares systems may use it.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

# Words that stand in most names and tell no two systems apart.
_GENERAL = re.compile(
    r"信息化|信息|管理|业务|综合|服务|办理|应用|网上|在线|电子|智慧|一体化|数据|监管|平台|系统|软件|网站|门户"
)
_PLACE = re.compile(r"^[一-鿿]{1,6}?(?:省|自治区|市|州|县|区)")
NAME_LIKE, ITEMS_LIKE = 0.7, 0.5


@dataclass(frozen=True)
class Profile:
    """What is compared of a system."""

    id: Any
    name: str
    business_items: frozenset[str] = frozenset()
    data_items: frozenset[str] = frozenset()
    label: str = field(default="", compare=False)

    @cached_property
    def pairs(self) -> frozenset[str]:
        """The neighbouring characters of the name without places and general words."""
        return _pairs(self.name)


@dataclass(frozen=True)
class Likeness:
    """How like another system is, each share from 0 to 1 of the first system's own items."""

    other: Profile
    name: float
    business: float
    data: float
    shared_business: tuple[str, ...]
    shared_data: tuple[str, ...]

    @property
    def score(self) -> float:
        """The strongest of the three."""
        return max(self.name, self.business, self.data)

    @property
    def is_similar(self) -> bool:
        """True if somebody should look whether the other one serves."""
        return self.name >= NAME_LIKE or max(self.business, self.data) >= ITEMS_LIKE


def likeness(one: Profile, other: Profile) -> Likeness:
    """How much the other does of what the first one does."""
    business = one.business_items & other.business_items
    data = one.data_items & other.data_items
    return Likeness(
        other=other,
        name=_dice(one.pairs, other.pairs),
        business=_share(business, one.business_items),
        data=_share(data, one.data_items),
        shared_business=tuple(sorted(business)),
        shared_data=tuple(sorted(data)),
    )


def similar_to(one: Profile, others: Iterable[Profile], most: int = 10) -> list[Likeness]:
    """The systems that somebody should look at, the likest first."""
    found = [made for other in others if (made := likeness(one, other)).is_similar]
    return sorted(found, key=lambda made: (-made.score, made.other.name))[:most]


def _pairs(name: str) -> frozenset[str]:
    plain = re.sub(r"\W+", "", unicodedata.normalize("NFKC", name).lower())
    core = _GENERAL.sub("", _PLACE.sub("", plain)) or plain
    if len(core) < 2:
        return frozenset({core}) if core else frozenset()
    return frozenset(core[place : place + 2] for place in range(len(core) - 1))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return round(2 * len(one & other) / (len(one) + len(other)), 3) if one and other else 0.0


def _share(shared: frozenset[str], own: frozenset[str]) -> float:
    return round(len(shared) / len(own), 3) if own else 0.0
