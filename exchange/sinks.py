"""Writing into a subscriber's database what its grant shows: batch by batch, or all anew."""

from collections.abc import Iterator
from contextlib import contextmanager

from exchange.bookings import Booked, Load
from exchange.dataplane.connectors.base import Position, Sink
from exchange.destinations import target_sink
from exchange.models import Batch, Snapshot
from exchange.places import Place
from exchange.projected import Shown, passing_changes, passing_table
from exchange.vocabulary import Channel
from kernel.sealing import unseal


def apply_batch(load: Load, batch: Batch) -> Shown:
    """Apply the batch and the offset in one transaction of the target database."""
    position = Position(load.lane.dataset.epoch, batch.number)
    with passing_changes(load.disclosure, batch) as file, _opened(load, load.prepare) as sink:
        booked = _booked(load, sink, file, Place(batch.number), position)
        booked.around(lambda: sink.apply(file.path, position, check=booked.check))
    return file


def load_table(load: Load, snapshot: Snapshot) -> Shown:
    """Replace the target's rows by the table of today: what it shows has changed."""
    position = Position(load.lane.dataset.epoch, snapshot.number)
    with passing_table(load.disclosure, snapshot) as file, _opened(load, prepare=True) as sink:
        booked = _booked(load, sink, file, None, position)
        booked.around(lambda: sink.load(file.path, position, check=booked.check))
    return file


@contextmanager
def _opened(load: Load, prepare: bool) -> Iterator[Sink]:
    """The target on one connection, with its table made ready where that is due."""
    lane = load.lane
    sink = target_sink(
        unseal(lane.sealed),
        schema_name=lane.target_schema,
        table=lane.target_table,
        lane=str(lane.pk),
        schema=load.disclosure.shown,
    )
    with sink.together():
        if prepare:
            sink.prepare()
        yield sink


def _booked(load: Load, sink: Sink, file: Shown, first: Place | None, position: Position) -> Booked:
    def holds() -> bool:
        stored = sink.position()
        return stored is not None and stored >= position

    return Booked(load, Channel.SINK, file, first, Place(position.number + 1), holds)
