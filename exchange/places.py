"""Places in a dataset's log, as subscribers hold them between two reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

from exchange.errors import CursorExpired
from exchange.models import Dataset, Grant, Subscription
from kernel.cursors import BadCursor, read_cursor, write_cursor
from kernel.texts import Text

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


def begin(cursor: str | None, grant: Grant, dataset: Dataset) -> Place:
    """The place of the cursor, or the beginning of the log without one.

    CursorExpired where batches from there on are past their retention: nothing is skipped.
    """
    place = read(cursor, grant, dataset) if cursor else Place()
    if place.number < dataset.first_number:
        raise CursorExpired(
            Text(
                "batches up to {number} are past their retention; load the table, and go on from"
                " the cursor that comes with it",
                number=dataset.first_number - 1,
            ),
            first_number=dataset.first_number,
        )
    return place


@contextmanager
def way_back(subscription: Subscription, grant: Grant) -> Iterator[None]:
    """A CursorExpired of the block names the table to start from, and where a table of the last
    batch lies ready, the cursor after it."""
    try:
        yield
    except CursorExpired as gone:
        address = f"{settings.PUBLIC_URL}/api/v1/subscriptions/{subscription.pk}/table"
        gone.facts.setdefault("table", address)
        dataset = subscription.dataset
        ready = dataset.snapshots.filter(damaged_at=None).order_by("-number").first()
        if ready and ready.number == dataset.last_number:
            after = sign(Place(ready.number + 1), grant, dataset)
            gone.facts.setdefault("cursor_after_table", after)
        raise


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
