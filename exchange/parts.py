"""What of a file a caller wants: all of it, a part, or nothing new (RFC 9110, 13 and 14)."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))", re.ASCII)
_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_CODING = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?", re.ASCII)
# The better one first, where the caller likes both the same.
CODINGS = ("zstd", "gzip")


@dataclass(frozen=True)
class Part:
    """Bytes ``start`` to before ``stop`` of a file, or of none with status 304 or 416.

    ``coding`` compresses the whole while it goes out; ``etag`` is that of the form given.
    """

    status: int
    start: int
    stop: int
    size: int
    etag: str
    coding: str = ""

    @property
    def length(self) -> int:
        """Bytes of the file that are given."""
        return self.stop - self.start


@dataclass(frozen=True)
class Wanted:
    """The conditions of one request; without any it wants the whole file."""

    head: bool = False
    if_none_match: str = ""
    range: str = ""
    if_range: str = ""
    accept_encoding: str = ""

    def part(self, etag: str, size: int, *, compresses: bool) -> Part:
        """What of a file of this size and tag to give; ``compresses``: it is text.

        A range is of the file as it is, so who asks for one gets it uncompressed. More than one
        range, or one that cannot be read, is no condition.
        """
        coding = _coding(self.accept_encoding) if compresses and not self.range else ""
        tag = f"{etag}-{coding}" if coding else etag
        if _matches(self.if_none_match, tag):
            return Part(304, 0, 0, size, tag, coding)
        found = _RANGE.fullmatch(self.range.strip())
        stale = self.if_range and self.if_range.strip() != f'"{tag}"'
        if not found or stale:
            return Part(200, 0, 0 if self.head else size, size, tag, coding)
        start, stop = _bounds(found, size)
        if start >= stop:
            return Part(416, 0, 0, size, tag)
        return Part(206, start, start if self.head else stop, size, tag)


def _bounds(found: re.Match[str], size: int) -> tuple[int, int]:
    first, last, suffix = found.groups()
    if suffix is not None:
        return max(0, size - int(suffix)), size if int(suffix) else 0
    return int(first), size if last is None else min(int(last) + 1, size)


def _matches(header: str, tag: str) -> bool:
    return header.strip() == "*" or tag in _TAG.findall(header)


def _coding(header: str) -> str:
    """The coding that the caller likes best, empty for none."""
    liked: dict[str, float] = {}
    for told in header.split(","):
        found = _CODING.fullmatch(told)
        if found:
            liked[found[1].lower()] = float(found[2] or 1)
    most = max((liked.get(name, 0.0) for name in CODINGS), default=0.0)
    if not most or most < liked.get("identity", 0.0):
        return ""
    return next(name for name in CODINGS if liked.get(name, 0.0) == most)
