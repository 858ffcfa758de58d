"""What the person at the terminal reads: short lines, Chinese characters two columns wide."""

import unicodedata
from collections.abc import Sequence

WIDTH = 100
STOPS = "，。；：、）”%"
_step = 0


def step(words: str) -> None:
    """The next step begins."""
    global _step
    _step += 1
    say("")
    say(f"{_step:2}. {words}")


def done(words: str) -> None:
    """Something was done and checked."""
    for number, line in enumerate(wrapped(words, WIDTH - 6)):
        say(f"    {'-' if number == 0 else ' '} {line}")


def say(line: str) -> None:
    """One line, at once."""
    print(line, flush=True)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with its first column to the left and the others to the right."""
    widths = [max(wide(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    for row in (heads, ["-" * width for width in widths], *rows):
        cells = [
            pad(text, width, left=place == 0)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        say("  " + "  ".join(cells).rstrip())


def wide(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, width: int, *, left: bool = True) -> str:
    """The text filled up to the width."""
    gap = " " * (width - wide(text))
    return text + gap if left else gap + text


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most this many columns, broken at spaces."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and wide(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def folded(text: str, width: int) -> list[str]:
    """Chinese text in lines of at most this many columns, broken anywhere but before a stop."""
    lines, line = [], ""
    for character in text:
        if wide(line) + wide(character) > width and character not in STOPS:
            lines.append(line)
            line = ""
        line += character
    return [*lines, line] if line else lines
