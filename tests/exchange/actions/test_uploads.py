"""Parts of a body: what is acknowledged is on the disk, whatever happens next."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.actions.uploads import cancel_upload, finish_upload, open_upload, receive_part
from exchange.errors import (
    BodyUnreadable,
    DatasetClosed,
    NotThePublisher,
    OffsetMismatch,
    StoreFailed,
    UploadOver,
)
from exchange.models import Batch, Upload
from kernel.failpoints import arm
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import World, ndjson, row
from tests.people import actor_for

DATA = ndjson([row(f"1101{n:02d}") for n in range(1, 60)])


def begin(world: World, who: str = "publisher", **changes: object) -> Upload:
    asked = {"kind": "snapshot", "content_type": "application/x-ndjson", "size": len(DATA)}
    made, _ = open_upload(world.dataset, actor=world.actor(who), **{**asked, **changes})
    return made


def send(world: World, upload: Upload, offset: int, *chunks: bytes) -> Upload:
    return receive_part(upload, actor=world.actor("publisher"), offset=offset, chunks=chunks)


def finish(world: World, upload: Upload):
    return finish_upload(upload, actor=world.actor("publisher"), format="ndjson", encoding="utf-8")


def body_on_disk(store_dir: Path, upload: Upload) -> bytes:
    return (store_dir / "uploads" / upload.pk.hex / "body").read_bytes()


def breaking(*chunks: bytes) -> Iterator[bytes]:
    yield from chunks
    raise BodyUnreadable("the connection ended", reason="truncated")


def test_an_acknowledged_part_is_on_the_disk(world: World, store_dir: Path, trail) -> None:
    upload = begin(world)
    send(world, upload, 0, DATA[:300], DATA[300:400])
    assert upload.received == 400
    assert body_on_disk(store_dir, upload) == DATA[:400]
    assert trail().count("upload.opened") == 1


def test_of_a_broken_part_what_arrived_is_kept(world: World) -> None:
    upload = begin(world)
    with pytest.raises(BodyUnreadable):
        receive_part(upload, actor=world.actor("publisher"), offset=0, chunks=breaking(DATA[:700]))
    upload.refresh_from_db()
    assert upload.received == 700
    send(world, upload, 700, DATA[700:])
    assert finish(world, upload).batch.inserted == 59


def test_of_a_broken_part_with_a_digest_nothing_is_kept(world: World) -> None:
    upload = begin(world)
    with pytest.raises(BodyUnreadable):
        receive_part(
            upload,
            actor=world.actor("publisher"),
            offset=0,
            chunks=breaking(DATA[:700]),
            digest="0" * 64,
        )
    upload.refresh_from_db()
    assert upload.received == 0


def test_bytes_that_were_not_acknowledged_are_overwritten(world: World, store_dir: Path) -> None:
    upload = begin(world)
    send(world, upload, 0, DATA[:100])
    with (store_dir / "uploads" / upload.pk.hex / "body").open("ab") as file:
        file.write(b"left by a process that died" * 1000)
    with pytest.raises(OffsetMismatch):
        send(world, upload, 200, DATA[200:])
    send(world, upload, 100, DATA[100:])
    assert body_on_disk(store_dir, upload) == DATA
    assert finish(world, upload).batch.number == 1


def test_a_disk_that_refuses_acknowledges_nothing(world: World) -> None:
    upload = begin(world)
    arm("upload.after_write:error")
    with pytest.raises(StoreFailed):
        send(world, upload, 0, DATA)
    upload.refresh_from_db()
    assert upload.received == 0
    send(world, upload, 0, DATA)
    assert finish(world, upload).batch.number == 1


@pytest.mark.parametrize("place", ["upload.before_publish", "upload.published", "upload.finished"])
def test_an_end_that_failed_midway_publishes_once(world: World, place: str) -> None:
    upload = begin(world)
    send(world, upload, 0, DATA)
    arm(f"{place}:error")
    with pytest.raises(StoreFailed):
        finish(world, upload)
    again = finish(world, Upload.objects.get(pk=upload.pk))
    assert again.batch.number == 1
    assert Batch.objects.count() == 1
    assert Upload.objects.get().batch == again.batch


def test_a_closed_dataset_begins_no_upload_and_finishes_none(world: World, unchanged) -> None:
    upload = begin(world)
    send(world, upload, 0, DATA)
    world.dataset.change(state="closed")
    upload.dataset.refresh_from_db()
    with unchanged(), pytest.raises(DatasetClosed):
        begin(world)
    with pytest.raises(DatasetClosed):
        finish(world, upload)
    assert Batch.objects.count() == 0


def test_only_the_publisher_begins(world: World, unchanged) -> None:
    other = actor_for(SystemFactory(department=world.provider))
    with unchanged(), pytest.raises(NotThePublisher):
        open_upload(world.dataset, actor=other, kind="snapshot", content_type="text/csv", size=1)


def test_a_cancelled_upload_takes_nothing_more(world: World, trail) -> None:
    upload = begin(world)
    send(world, upload, 0, DATA[:10])
    cancel_upload(upload, actor=world.actor("publisher"))
    with pytest.raises(UploadOver):
        send(world, upload, 10, DATA[10:])
    assert trail("upload.cancelled") == [{"received": 10}]
