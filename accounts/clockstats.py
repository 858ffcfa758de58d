"""How long duties took against how long the law gives: pure counts over closed clocks (Art. 23).

Shapes: a ``Closed`` is a group of clocks that started and ended on the same days under the same
limit; ``statistics`` gives a ``Duration`` for each kind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.workdays import Calendars, workdays_left


@dataclass(frozen=True)
class Closed:
    """So many clocks of a kind with these days."""

    kind: str
    started_on: date
    met_on: date
    due_on: date
    allowed: int
    count: int


@dataclass(frozen=True)
class Duration:
    """What became of the clocks of a kind that were met in a period, in workdays."""

    kind: str
    met: int
    in_time: int
    allowed_mean: float
    actual_mean: float
    actual_median: int
    actual_most: int

    @property
    def on_time_rate(self) -> float:
        """The share that was met by its last day: in_time / met."""
        return round(self.in_time / self.met, 4)


def statistics(rows: Iterable[Closed], calendars: Calendars) -> list[Duration]:
    """A duration for each kind that occurs, ordered by kind."""
    kinds: dict[str, list[tuple[Closed, int]]] = {}
    for row in rows:
        taken = max(workdays_left(row.started_on, row.met_on, calendars), 0)
        kinds.setdefault(row.kind, []).append((row, taken))
    return [_duration(kind, found) for kind, found in sorted(kinds.items())]


def _duration(kind: str, found: list[tuple[Closed, int]]) -> Duration:
    met = sum(row.count for row, _ in found)
    return Duration(
        kind=kind,
        met=met,
        in_time=sum(row.count for row, _ in found if row.met_on <= row.due_on),
        allowed_mean=round(sum(row.allowed * row.count for row, _ in found) / met, 2),
        actual_mean=round(sum(taken * row.count for row, taken in found) / met, 2),
        actual_median=_middle(found, met),
        actual_most=max(taken for _, taken in found),
    )


def _middle(found: list[tuple[Closed, int]], met: int) -> int:
    passed = 0
    for row, taken in sorted(found, key=lambda one: one[1]):
        passed += row.count
        if 2 * passed >= met:
            return taken
    raise ValueError("there is nothing to take the middle of")
