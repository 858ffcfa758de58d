"""What the data plane lets out: Transient (try again) or Terminal (tell a person), nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RowError:
    """One rule that one row breaks.

    ``line`` is 1-based: the physical line for CSV (the header is line 1) and NDJSON, the record's
    number for JSON arrays, Parquet and Arrow. ``value_masked`` never shows a whole value.
    """

    line: int
    column: str
    code: str
    message: str
    value_masked: str = ""


@dataclass(frozen=True)
class FaultCount:
    """How many rows of a body broke one rule of one column."""

    column: str
    code: str
    rows: int


class DataplaneError(Exception):
    """The root of both families; carries a ``code`` for programs and a ``detail`` for people."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Transient(DataplaneError):
    """The same work may succeed later: a full disk, a failed fsync, a peer that is away."""


class Terminal(DataplaneError):
    """The same work fails again until a person changes something."""


class TooLarge(Terminal):
    """The body passes a declared limit; the detail names the limit."""


class BodyMalformed(Terminal):
    """The body as a whole cannot be read, so no row of it is judged.

    ``line`` and ``column`` are 1-based where known; ``column`` counts bytes of the line.
    """

    def __init__(
        self, code: str, detail: str = "", *, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(code, detail)
        self.line = line
        self.column = column


class Refused(Terminal):
    """The body was read and its rows break the rules; nothing of it was stored.

    ``accepted + rejected == received``; ``errors`` names at most the first hundred, ``counts``
    says how many rows broke each rule of each column.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: list[RowError],
        received: int,
        rejected: int,
        counts: tuple[FaultCount, ...] = (),
    ) -> None:
        super().__init__(code, detail)
        self.errors = errors
        self.counts = counts
        self.received = received
        self.rejected = rejected
        self.accepted = received - rejected
