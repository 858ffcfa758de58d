"""Verdicts against truth: precision and recall, per criterion and of systems overall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from bench.zombies.population import Made

CRITERIA = ("Z1", "Z2", "Z3", "Z4", "Z5")


@dataclass
class Tally:
    """Right and wrong suspicions, and zombies that were not suspected."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """The share of suspicions that are right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of zombies that are suspected."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def take(self, other: Mapping[str, int]) -> None:
        """Add another tally's figures."""
        self.right += other["right"]
        self.wrong += other["wrong"]
        self.missed += other["missed"]

    def count(self, *, must: bool, may: bool, is_suspected: bool) -> None:
        """Take a case in; what may be suspected counts neither way."""
        if must:
            self.right += is_suspected
            self.missed += not is_suspected
        elif is_suspected and not may:
            self.wrong += 1


@dataclass
class Score:
    """The whole result."""

    overall: Tally
    criteria: dict[str, Tally]
    told: dict[str, Tally]
    silent: int
    silent_suspected: int
    wrong_by_behaviour: Counter[str]
    missed_by_behaviour: Counter[str]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "overall": asdict(self.overall),
            "criteria": {c: asdict(tally) for c, tally in self.criteria.items()},
            "told": {c: asdict(tally) for c, tally in self.told.items()},
            "silent": self.silent,
            "silent_suspected": self.silent_suspected,
            "wrong": dict(self.wrong_by_behaviour),
            "missed": dict(self.missed_by_behaviour),
        }


def score(made: Sequence[Made], verdicts: Mapping[UUID, Mapping[str, Any]]) -> Score:
    """Compare; systems of which nothing was told are counted apart.

    ``verdicts``: system -> level and findings as kept. ``told`` counts only findings that lack no
    fact.
    """
    result = Score(
        Tally(), {c: Tally() for c in CRITERIA}, {c: Tally() for c in CRITERIA}, 0, 0,
        Counter(), Counter(),
    )  # fmt: skip
    for one in made:
        verdict = verdicts[one.id]
        if one.is_silent:
            result.silent += 1
            result.silent_suspected += verdict["level"] == "suspected"
            continue
        _count(result, one, verdict["findings"])
    return result


def _count(result: Score, one: Made, findings: Mapping[str, Any]) -> None:
    suspected = {c for c in CRITERIA if findings[c]["level"] == "suspected"}
    result.overall.count(
        must=bool(one.must), may=bool(one.may), is_suspected=bool(suspected & (one.must | one.may))
        if one.must
        else bool(suspected),
    )  # fmt: skip
    if one.must and not suspected:
        result.missed_by_behaviour[one.behaviour.name] += 1
    for wrong in suspected - one.must - one.may:
        result.wrong_by_behaviour[f"{wrong} {one.behaviour.name}"] += 1
    for c in CRITERIA:
        must, may, is_suspected = c in one.must, c in one.may, c in suspected
        result.criteria[c].count(must=must, may=may, is_suspected=is_suspected)
        if not findings[c]["missing"]:
            result.told[c].count(must=must, may=may, is_suspected=is_suspected)
