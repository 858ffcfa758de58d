"""What reading a catalogue finds: values that are wrong, put into our words, or not overwritten."""

from typing import NamedTuple

WRONG, NORMALISED, KEPT = "wrong", "normalised", "kept"
MOST_SHOWN = 400


class Finding(NamedTuple):
    """One value of one line: what stood there, what it became, and why."""

    line: int
    column: str
    kind: str
    code: str = ""
    before: str = ""
    after: str = ""
    detail: str = ""


class Wrong(Exception):
    """A value that cannot be taken: a code, and the cause with the way out."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def wrong(line: int, column: str, code: str, detail: str, before: str = "") -> Finding:
    """A fault of a line."""
    return Finding(line, column, WRONG, code, cut(before), "", detail[:MOST_SHOWN])


def cut(text: str) -> str:
    """The text as long as a finding keeps it."""
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"
