"""Text bodies as strict UTF-8 blocks that end at line ends."""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from exchange.dataplane.errors import BodyMalformed, Terminal
from exchange.dataplane.limits import Limits
from kernel.charsets import is_utf8_misread

ENCODINGS = ("utf-8", "gb18030")
_MISREAD = "these lines are UTF-8 and not GB18030; declare the encoding utf-8"


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
        text = _utf8(raw, encoding, line)
        line += raw.count(b"\n")
        yield text.removeprefix(codecs.BOM_UTF8) if number == 0 else text


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
    start, most = 0, limits.max_row_bytes
    while len(raw) - start > most:
        # Every line that ends inside the window fits it; the next one starts behind them.
        end = raw.rfind(b"\n", start, start + most + 1)
        if end < 0:
            line, _ = _place(raw, start, first)
            raise BodyMalformed("row-too-long", f"a line has at most {most} bytes", line=line)
        start = end + 1


def _utf8(raw: bytes, encoding: str, first: int) -> bytes:
    try:
        if encoding != "utf-8":
            if is_utf8_misread(raw):
                raise BodyMalformed("encoding", _MISREAD, line=first)
            return raw.decode(encoding).encode()
        if not _is_utf8(raw):
            raw.decode()
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
    return raw


def _is_utf8(raw: bytes) -> bool:
    """Arrow's check, which makes no copy."""
    ends = pa.array([0, len(raw)], pa.int64()).buffers()[1]
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(raw)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _place(raw: bytes, offset: int, first: int) -> tuple[int, int]:
    """Line, and column in bytes, of an offset; both 1-based."""
    return first + raw.count(b"\n", 0, offset), offset - raw.rfind(b"\n", 0, offset)


class BlockStream(io.RawIOBase):
    """Blocks as a file to read from, ended by one line end.

    With ``trim`` blank lines at the very end are dropped; where a record is a single field, a
    blank line is a record and stays.
    """

    def __init__(self, source: Iterator[bytes], *, trim: bool) -> None:
        super().__init__()
        self._source = source
        self._trim = trim
        self._ready = b""
        self._ends = b""
        self._any = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            block = next(self._source, None)
            if block is None:
                self._ready, self._any = b"\n" if self._any else b"", False
                if not self._ready:
                    return 0
            else:
                self._take(block)
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _take(self, block: bytes) -> None:
        """Hold line ends back until something follows them."""
        body = block.rstrip(b"\r\n") if self._trim else block.removesuffix(b"\n")
        if body or not self._trim:
            self._ready, self._ends = self._ends + body, block[len(body) :]
            self._any = True
        else:
            self._ends += block
