"""Whether two resources are one, how sure that is, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.likeness.names import NameParts
from catalog.likeness.words import are_opposed

# From here on people are asked to look.
LEAST = 0.72
# Fewer items that tell something say too little of the whole.
ENOUGH_ITEMS = 3
NAME_WEIGHT = 0.6
# A name alone is trusted so far: in one department, and in two.
SAME_OFFICE, OTHER_OFFICE = 1.0, 0.9
# A name that offices of so many kinds use says only what every office has.
COMMON_NAME = 3
# Both have words that the other has not: this much is taken off.
REPLACED = 0.25
# One name holds the other; as a part of the longer one's weight goes to 0, this is left.
LEAST_KEPT = 0.35
# A shortened name alone is trusted less, and less again where only one of them names a step.
SHORTENED, STEP = 0.85, 0.06
# A character that no name had so far.
UNKNOWN = 8.0
# Tables of one department often have the same items: only the whole name tells them apart.
LIST_AGAINST_COUNT = 0.06


@dataclass(frozen=True)
class Said:
    """What an entry says of itself; ``offices`` is how many kinds of offices use its name."""

    parts: NameParts
    department: Any
    office: str
    abstract: str
    offices: int = 1


@dataclass(frozen=True)
class Shared:
    """Items that tell something: how many each has, and the shares (0 to 1) that are common."""

    left: int = 0
    right: int = 0
    of_left: float = 0.0
    of_right: float = 0.0

    @property
    def is_known(self) -> bool:
        """True if both say enough of their items to be compared by them."""
        return min(self.left, self.right) >= ENOUGH_ITEMS

    @property
    def likeness(self) -> float:
        """From 0, nothing in common, to 1, all."""
        most, least = max(self.of_left, self.of_right), min(self.of_left, self.of_right)
        return 0.5 * most + 0.5 * least


@dataclass(frozen=True)
class Judged:
    """How alike two resources are (0 to 1) and what speaks for and against, as plain values."""

    score: float
    reasons: dict[str, Any]


def judge(one: Said, other: Said, shared: Shared, weights: Mapping[str, float]) -> Judged:
    """How sure it is that these two are one resource under two names; ``weights`` say how much
    each character tells."""
    against = conflict(one.parts, other.parts) or _other_office(one, other)
    if against:
        return Judged(0.0, {"against": against})
    name, how = name_likeness(one.parts.core, other.parts.core, weights)
    reasons: dict[str, Any] = {"name": round(name, 3), "wording": how}
    if _differ(one.parts, other.parts):
        name -= LIST_AGAINST_COUNT
        reasons["against"] = "a list and a count"
    same_office = _is_same_office(one, other)
    score = name * _trust(one, other, same_office, reasons)
    if how == "shortened":
        score = score * SHORTENED - STEP * (bool(one.parts.opposed) != bool(other.parts.opposed))
    if shared.is_known:
        reasons["items"] = round(shared.likeness, 3)
        score = _with_items(name, score, shared.likeness, how)
    if _abstracts_agree(one, other):
        reasons["abstract"] = "the same"
        score += 0.05
    reasons["department"] = "the same" if same_office else "another"
    return Judged(round(min(max(score, 0.0), 1.0), 3), reasons)


def conflict(one: NameParts, other: NameParts) -> str:
    """What makes two names neighbours rather than one: another year, place, office or deed."""
    if one.place != other.place and not (one.is_wide and other.is_wide and _lacks(one, other)):
        return f"place: {one.place or '-'} and {other.place or '-'}"
    if one.marks != other.marks:
        return f"series: {_shown(one.marks)} and {_shown(other.marks)}"
    if one.is_denied != other.is_denied:
        return "word: one says that it is not so"
    opposed = are_opposed(one.opposed, other.opposed)
    return f"word: {opposed[0]} and {opposed[1]}" if opposed else ""


def _is_same_office(one: Said, other: Said) -> bool:
    return one.department == other.department or _office(one) == _office(other)


def _office(said: Said) -> str:
    """The office that the name speaks of, else the one that registered it."""
    return said.parts.organ or said.office


def _other_office(one: Said, other: Said) -> str:
    """A name that speaks of an office is that office's table."""
    if (one.parts.organ or other.parts.organ) and _office(one) != _office(other):
        return f"office: {_office(one)} and {_office(other)}"
    return ""


def name_likeness(one: str, other: str, weights: Mapping[str, float]) -> tuple[float, str]:
    """0 to 1 by the weight of the characters that both have, and how the two differ."""
    if one == other:
        return 1.0, "the same"
    mine, theirs = Counter(one), Counter(other)
    only_mine, only_theirs = mine - theirs, theirs - mine
    if not only_mine and not only_theirs:
        return 0.97, "another order"
    held = _weight(mine & theirs, weights)
    if not only_mine or not only_theirs:
        kept = held / max(_weight(mine, weights), _weight(theirs, weights))
        return LEAST_KEPT + (1 - LEAST_KEPT) * kept, "shortened"
    dice = 2 * held / (_weight(mine, weights) + _weight(theirs, weights))
    return dice - REPLACED, "other words"


def _weight(characters: Mapping[str, int], weights: Mapping[str, float]) -> float:
    return sum(weights.get(one, UNKNOWN) * number for one, number in characters.items())


def _trust(one: Said, other: Said, same_office: bool, reasons: dict[str, Any]) -> float:
    """How far the names alone are trusted."""
    if same_office:
        return SAME_OFFICE
    if max(one.offices, other.offices) >= COMMON_NAME:
        reasons["common_name"] = max(one.offices, other.offices)
        return 0.6
    # Short names stand for different things in different offices.
    length = min(len(one.parts.core), len(other.parts.core))
    return OTHER_OFFICE if length > 3 else OTHER_OFFICE - 0.1 * (4 - length)


def _with_items(name: float, trusted: float, items: float, how: str) -> float:
    """Names and items together: the items carry a name, and they refute it."""
    if items < 0.25:
        return min(trusted, name) - 0.25
    if how == "other words" and items < 0.6:
        return trusted
    return NAME_WEIGHT * name + (1 - NAME_WEIGHT) * items if items > 0.5 else trusted * 0.95


def _abstracts_agree(one: Said, other: Said) -> bool:
    """Abstracts that say more than the name and say the same."""
    return len(one.abstract) > 4 and one.abstract == other.abstract


def _differ(one: NameParts, other: NameParts) -> bool:
    return (one.is_list and other.is_count and not other.is_list) or (
        other.is_list and one.is_count and not one.is_list
    )


def _lacks(one: NameParts, other: NameParts) -> bool:
    return not one.place or not other.place


def _shown(marks: frozenset[str]) -> str:
    return ", ".join(sorted(marks)) or "-"
