"""Places in a dataset's log, as subscribers hold them between two reads."""

from dataclasses import dataclass

from exchange.errors import CursorExpired
from exchange.models import Dataset, Grant
from kernel.cursors import BadCursor, read_cursor, write_cursor

_KIND = "exchange.changes"


@dataclass(frozen=True)
class Place:
    """After row ``row`` of batch ``number``; row 0 of batch 1 is the beginning of the log."""

    number: int = 1
    row: int = 0

    @property
    def done(self) -> int:
        """The last batch that was read to its end."""
        return self.number - 1


def sign(place: Place, grant: Grant, dataset: Dataset) -> str:
    """The place as a cursor, good for this grant, its edition and the dataset's epoch only."""
    return write_cursor(
        _KIND,
        {
            "d": str(dataset.pk),
            "e": dataset.epoch,
            "g": str(grant.pk),
            "v": grant.edition,
            "n": place.number,
            "r": place.row,
        },
    )


def read(cursor: str, grant: Grant, dataset: Dataset) -> Place:
    """The place of a cursor; BadCursor if it is of another dataset, CursorExpired if too old."""
    held = read_cursor(_KIND, cursor)
    if held["d"] != str(dataset.pk):
        raise BadCursor("this cursor is of another dataset")
    if (held["g"], held["v"], held["e"]) != (str(grant.pk), grant.edition, dataset.epoch):
        raise CursorExpired("the grant or the dataset's history changed since it was given")
    return Place(held["n"], held["r"])
