"""Text bodies as strict UTF-8 blocks that end at line ends."""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from exchange.dataplane.errors import BodyMalformed, Terminal
from exchange.dataplane.limits import Limits

ENCODINGS = ("utf-8", "gb18030")


def blocks(path: Path, encoding: str, limits: Limits) -> Iterator[bytes]:
    """UTF-8 blocks, each of whole lines (the last may lack its line end), byte order mark removed.

    A byte that is not of the encoding, a NUL and a line above ``max_row_bytes`` are
    BodyMalformed. Cutting at 0x0A is right in GB18030 too: no multi-byte character holds it.
    """
    if encoding not in ENCODINGS:
        raise Terminal("encoding-unknown", f"encoding is one of {', '.join(ENCODINGS)}")
    line = 1
    for number, raw in enumerate(_whole_lines(path, limits)):
        _check_lines(raw, line, limits)
        text = _decoded(raw, encoding, line)
        if number == 0:
            text = text.removeprefix("\ufeff")
            raw = raw.removeprefix(codecs.BOM_UTF8)
        line += raw.count(b"\n")
        yield raw if encoding == "utf-8" else text.encode()


def _whole_lines(path: Path, limits: Limits) -> Iterator[bytes]:
    rest = b""
    with path.open("rb") as file:
        while data := file.read(limits.block_bytes):
            cut = data.rfind(b"\n") + 1
            if cut:
                yield rest + data[:cut]
                rest = data[cut:]
            else:
                rest += data
            if len(rest) > limits.max_row_bytes:
                # Handed on as it is, so that the check below names the line.
                break
    if rest:
        yield rest


def _check_lines(raw: bytes, first: int, limits: Limits) -> None:
    if b"\0" in raw:
        line, column = _place(raw, raw.index(b"\0"), first)
        raise BodyMalformed("nul", "a NUL byte; remove it", line=line, column=column)
    if len(raw) <= limits.max_row_bytes:
        return
    lengths = [len(line) for line in raw.split(b"\n")]
    longest = max(lengths)
    if longest > limits.max_row_bytes:
        raise BodyMalformed(
            "row-too-long",
            f"a line has at most {limits.max_row_bytes} bytes",
            line=first + lengths.index(longest),
        )


def _decoded(raw: bytes, encoding: str, first: int) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line, column = _place(raw, error.start, first)
        other = "gb18030" if encoding == "utf-8" else "utf-8"
        raise BodyMalformed(
            "encoding",
            f"byte 0x{raw[error.start]:02X} is not {encoding.upper()}; save the file as "
            f"{encoding.upper()}, or declare the encoding {other} if that is what it is",
            line=line,
            column=column,
        ) from None


def _place(raw: bytes, offset: int, first: int) -> tuple[int, int]:
    """Line, and column in bytes, of an offset; both 1-based."""
    return first + raw.count(b"\n", 0, offset), offset - raw.rfind(b"\n", 0, offset)


class BlockStream(io.RawIOBase):
    """Blocks as a file to read from, blank lines at the very end dropped."""

    def __init__(self, source: Iterator[bytes]) -> None:
        super().__init__()
        self._source = source
        self._ready = b""
        self._ends = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            block = next(self._source, None)
            if block is None:
                return 0
            # Line ends are kept back until something follows them.
            body = block.rstrip(b"\r\n")
            if body:
                self._ready = self._ends + body
                self._ends = block[len(body) :]
            else:
                self._ends += block
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size
