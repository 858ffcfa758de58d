"""Relations of one system as a drawing: places and sizes of boxes and arrows, no markup. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

BOX_WIDTH, BOX_HEIGHT, GAP = 240, 52, 20
_SPAN, _WORD, _MOST = 150, 48, 12
_LETTERS = 30  # half-width letters that a box holds in a line


@dataclass(frozen=True)
class Box:
    """A system: where it stands, what it says, where it leads (empty: nowhere)."""

    x: int
    y: int
    title: str
    note: str
    address: str
    is_centre: bool = False

    @property
    def middle(self) -> int:
        """The height of its middle."""
        return self.y + BOX_HEIGHT // 2

    @property
    def text_x(self) -> int:
        """Where its lines begin."""
        return self.x + 12

    @property
    def title_y(self) -> int:
        """The foot of its first line."""
        return self.y + 22

    @property
    def note_y(self) -> int:
        """The foot of its second line."""
        return self.y + 41


@dataclass(frozen=True)
class Arrow:
    """A relation: from the one that uses, supplies, replaces or was merged, to the other.

    Its words stand where it meets the neighbour, so that no two lie upon each other.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    label: Any
    label_x: int
    label_y: int

    @property
    def path(self) -> str:
        """A curve that leaves and arrives level."""
        (x1, y1), (x2, y2) = self.start, self.end
        bend = (x1 + x2) // 2
        return f"M{x1} {y1} C{bend} {y1} {bend} {y2} {x2} {y2}"


@dataclass(frozen=True)
class Neighbour:
    """A system beside the drawn one, and how the one stands to the other."""

    title: str
    note: str
    address: str
    label: Any


@dataclass(frozen=True)
class Drawing:
    """The whole: its size, its boxes and arrows, and how many neighbours found no room."""

    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]
    left_out: int


def draw(title: str, note: str, before: Sequence[Neighbour], after: Sequence[Neighbour]) -> Drawing:
    """The system in the middle, those that lead to it on the left, those it leads to right."""
    rows = max(len(before[:_MOST]), len(after[:_MOST]), 1)
    height = rows * (BOX_HEIGHT + GAP) + GAP
    sides = bool(before) + bool(after)
    centre = Box(
        1 + (BOX_WIDTH + _SPAN if before else 0),
        (height - BOX_HEIGHT) // 2,
        short(title),
        short(note),
        "",
        True,
    )
    boxes, arrows = [centre], []
    for box, one in _column(before, 1, height):
        start, end = (box.x + BOX_WIDTH, box.middle), (centre.x, centre.middle)
        boxes.append(box)
        arrows.append(Arrow(start, end, one.label, start[0] + _WORD, box.middle - 6))
    for box, one in _column(after, centre.x + BOX_WIDTH + _SPAN, height):
        start, end = (centre.x + BOX_WIDTH, centre.middle), (box.x, box.middle)
        boxes.append(box)
        arrows.append(Arrow(start, end, one.label, end[0] - _WORD, box.middle - 6))
    left_out = max(len(before) - _MOST, 0) + max(len(after) - _MOST, 0)
    width = BOX_WIDTH + sides * (BOX_WIDTH + _SPAN) + 2
    return Drawing(width, height, boxes, arrows, left_out)


def short(text: str) -> str:
    """The text as far as a box holds it."""
    kept, used = "", 0
    for letter in text:
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > _LETTERS:
            return f"{kept}…"
        kept += letter
    return kept


def _column(neighbours: Sequence[Neighbour], x: int, height: int) -> list[tuple[Box, Neighbour]]:
    shown = neighbours[:_MOST]
    top = (height - len(shown) * (BOX_HEIGHT + GAP) + GAP) // 2
    return [
        (
            Box(
                x, top + place * (BOX_HEIGHT + GAP), short(one.title), short(one.note), one.address
            ),
            one,
        )
        for place, one in enumerate(shown)
    ]
