"""A small chart of days as a page draws it: bars of numbers, and the same numbers as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, GAP = 600, 90, 4


@dataclass(frozen=True)
class Bar:
    """A day with its numbers, and where its bar stands in the picture."""

    day: date
    calls: int
    rows: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Bars:
    """The bars of some days, the oldest first; the height shows the rows."""

    bars: list[Bar]
    most: int
    rows: int
    calls: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened on any of the days."""
        return not (self.rows or self.calls)

    @property
    def busy(self) -> list[Bar]:
        """The days on which something happened, the newest first."""
        return [bar for bar in reversed(self.bars) if bar.rows or bar.calls]


def bars(days: Sequence[tuple[date, int, int]]) -> Bars:
    """The picture of (day, calls, rows); days with calls alone show a line at the bottom."""
    most = max((rows for _day, _calls, rows in days), default=0)
    step = WIDTH // max(len(days), 1)
    drawn = []
    for place, (day, calls, rows) in enumerate(days):
        height = (
            max(round(rows / most * HEIGHT), 2) if most and (rows or calls) else 2 * bool(calls)
        )
        drawn.append(
            Bar(day, calls, rows, place * step, HEIGHT - height, max(step - GAP, 1), height)
        )
    return Bars(drawn, most, sum(d[2] for d in days), sum(d[1] for d in days))
