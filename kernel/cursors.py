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
    return _signer(kind).sign_object(place)


def read_cursor(kind: str, cursor: str) -> dict[str, Any]:
    """The place that write_cursor was given; BadCursor for anything else."""
    try:
        place = _signer(kind).unsign_object(cursor)
    except signing.BadSignature as bad:
        raise BadCursor("hand back a cursor exactly as it was given, to the same list") from bad
    return dict(place)


def _signer(kind: str) -> signing.Signer:
    # Without a time: the same place is always the same cursor, so pages are the same bytes.
    return signing.Signer(salt=f"cursor.{kind}")
