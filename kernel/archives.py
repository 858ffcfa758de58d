"""ZIP archives, looked at before a library lists them: a list itself can fill the memory."""

from typing import IO

_ENTRY = b"PK\x01\x02"
_PIECE = 1024 * 1024


def count_entries(file: IO[bytes], most: int) -> int:
    """At least how many entries the archive's list has, counted no further than past ``most``.

    Every entry of the list begins with the same four bytes, so there are never more of them than
    are found; an archive within the archive may add some.
    """
    count, before = 0, b""
    file.seek(0)
    while count <= most and (piece := file.read(_PIECE)):
        count += (before + piece).count(_ENTRY)
        before = piece[-len(_ENTRY) + 1 :]
    return count
