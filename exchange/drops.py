"""Putting down as files what a grant shows: batch by batch, or the whole table.

A reader takes a file only when its manifest is there. What is put down is counted and entered in
the ledger before its name appears, so that nothing can stand there that the ledger does not know.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from exchange.bookings import Booked, Load
from exchange.dataplane.dropping import DropPlace, convert, file_name, manifest
from exchange.destinations import drop_place
from exchange.models import Batch, Delivery, Snapshot
from exchange.places import Place
from exchange.projected import Shown, passing, write_changes, write_table
from exchange.storage import store
from exchange.vocabulary import Channel
from kernel.failpoints import failpoint
from kernel.sealing import unseal

CHANGES, TABLE = "changes", "table"


def put_batch(load: Load, batch: Batch) -> Shown:
    """One batch as the grant shows it; the same name and bytes however often it is put."""
    name = file_name(base_name(load), batch.number, load.lane.file_format)

    def write(out: Path) -> int:
        return _written(load, lambda to: write_changes(load.disclosure, batch, to), out)

    with passing(write) as file:
        _put(load, file, name, CHANGES, batch.number, Place(batch.number))
    return file


def put_table(load: Load, snapshot: Snapshot) -> Shown:
    """The whole table as of a batch: at first, and when something else is shown."""
    format = load.lane.file_format
    name = file_name(base_name(load), snapshot.number, format, load.shape)

    def write(out: Path) -> int:
        return write_table(load.disclosure, snapshot, out, format)

    with passing(write) as file:
        _put(load, file, name, TABLE, snapshot.number, None)
    return file


def base_name(load: Load) -> str:
    """The name that all files of the lane begin with: chosen by the subscriber, else the hub's."""
    return load.lane.target_table or f"data-{load.lane.pk.hex[-12:]}"


def _written(load: Load, write: Callable[[Path], int], out: Path) -> int:
    """A batch file in the lane's format."""
    if load.lane.file_format == "parquet":
        return write(out)
    with store().workspace() as folder:
        path = folder / "batch"
        rows = write(path)
        convert(path, format=load.lane.file_format, out=out)
    return rows


def _put(load: Load, file: Shown, name: str, kind: str, number: int, first: Place | None) -> None:
    with (
        drop_place(load.lane.url, unseal(load.lane.sealed)) as place,
        _manifest(load, file, name, kind, number) as (told, path),
    ):
        booked = Booked(
            load, Channel.FILE, file, first, Place(number + 1), lambda: place.holds(name)
        )
        booked.around(lambda: _show(place, file, name, told, path, booked))


def _show(place: DropPlace, file: Shown, name: str, told: str, path: Path, booked: Booked) -> None:
    try:
        place.stage(name, file.path)
        failpoint("drop.after_stage")
        booked.check()
        place.show(name, file.path)
    except BaseException:
        place.clear(name)
        raise
    failpoint("drop.before_manifest")
    place.stage(told, path)
    place.show(told, path)


@contextmanager
def _manifest(
    load: Load, file: Shown, name: str, kind: str, number: int
) -> Iterator[tuple[str, Path]]:
    """The manifest's name, and a file with its bytes for as long as the block lasts."""
    shown = load.disclosure.shown
    columns = [{"name": item.name, "type": item.type} for item in shown.items]
    marks = [{"name": "_op", "type": "string"}, {"name": "_seq", "type": "integer"}]
    facts: dict[str, object] = {
        "dataset": str(load.lane.dataset_id),
        "subscription": str(load.lane.pk),
        "epoch": load.lane.dataset.epoch,
        "edition": load.grant.edition,
        "number": number,
        "previous": _previous(load, number),
        "kind": kind,
        "file": name,
        "format": load.lane.file_format,
        "rows": file.rows,
        "columns": [*(marks if kind == CHANGES else []), *columns],
        "key": list(shown.key),
        "size": file.path.stat().st_size,
        "sha256": file.digest,
    }
    with store().workspace() as folder:
        path = folder / "manifest"
        manifest(facts, path)
        yield f"{name.rpartition('.')[0]}.json", path


def _previous(load: Load, number: int) -> int | None:
    """The number put down before this one: who misses it has missed a file."""
    before = Delivery.objects.filter(
        subscription=load.lane, number__lt=number, delivered_at__isnull=False
    )
    return before.order_by("-number").values_list("number", flat=True).first()
