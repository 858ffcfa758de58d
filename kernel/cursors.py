"""Opaque, signed places in a list or a log: a caller can hand one back but not make one up."""

from typing import Any

from django.core import signing

from kernel.errors import Malformed


class BadCursor(Malformed):
    """The cursor was not made by this platform, or for another list."""

    code = "bad-cursor"
    title = "This cursor is not one of ours"


def write_cursor(kind: str, place: dict[str, Any]) -> str:
    """A cursor for the place; ``kind`` keeps cursors of different lists apart."""
    return signing.dumps(place, salt=f"cursor.{kind}", compress=False)


def read_cursor(kind: str, cursor: str) -> dict[str, Any]:
    """The place that write_cursor was given; BadCursor for anything else."""
    try:
        place = signing.loads(cursor, salt=f"cursor.{kind}")
    except signing.BadSignature as bad:
        raise BadCursor("hand back a cursor exactly as it was given, to the same list") from bad
    return dict(place)
