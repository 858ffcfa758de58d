"""The store's disk is full: refused at once, nothing half stored, normal when there is room."""

import os
import secrets
import subprocess

import pytest

from exchange.models import Batch, Dataset, Snapshot
from exchange.storage import store
from kernel.failpoints import arm
from kernel.models import StoredAnswer
from tests.factories.exchange import row

MEDIA = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
DISK = 1024 * 1024
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")


def noise(count: int) -> list[dict]:
    """Rows that no compression makes smaller: about 80 bytes each."""
    return [row(f"{100000 + n}", secrets.token_hex(30)) for n in range(count)]


@pytest.fixture
def small_disk(store_dir):
    """The store lies on a file system of one MiB."""
    store_dir.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(store_dir)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    yield store_dir
    subprocess.run(["umount", "-l", str(store_dir)], check=True)


@pytest.fixture
def ballast(small_disk):
    """``ballast(left)``: fill the disk until only so many bytes are left; again: another number."""
    file = small_disk / "ballast"

    def fill(left: int) -> None:
        file.unlink(missing_ok=True)
        room = os.statvfs(small_disk)
        file.write_bytes(b"\0" * max(0, room.f_bavail * room.f_frsize - left))

    yield fill
    file.unlink(missing_ok=True)


def whole(world) -> dict:
    """What is stored, in rows and files; folders do not count."""
    return {
        "batches": Batch.objects.count(),
        "snapshots": Snapshot.objects.count(),
        "answers": StoredAnswer.objects.count(),
        "last": Dataset.objects.get(pk=world.dataset.pk).last_number,
        "blobs": sorted(store().iter_digests()),
        "stage": [path for path in (store().root / "stage").rglob("*") if path.is_file()],
    }


@needs_root
@pytest.mark.parametrize("left", [0, 4096, 65_536, 150_000, 200_000])
@pytest.mark.parametrize("kind", ["snapshot", "changes"])
def test_a_publication_that_finds_no_room_is_refused_whole(
    world, publish, ballast, assert_problem, kind, left
):
    assert publish([row("110101")]).status_code == 201
    before = whole(world)
    # Of body, batch and table together at least one does not fit.
    rows = noise(1500)
    ballast(left)
    answer = publish(rows, kind, **{"Idempotency-Key": "day-2"})
    problem = assert_problem(answer, 503, "store-failed")
    assert answer.headers["Retry-After"]
    assert "secret" not in str(problem)
    assert whole(world) == before

    ballast(700_000)
    answer = publish(rows, kind, **{"Idempotency-Key": "day-2"})
    assert answer.status_code == 201
    assert answer.json()["batch"]["number"] == 2
    for digest in store().iter_digests():
        store().verify(digest)


@needs_root
@pytest.mark.parametrize("format", ["csv", "parquet", "ndjson"])
def test_a_table_that_finds_no_room_is_refused_and_made_when_there_is(
    world, publish, client_of, ballast, assert_problem, format
):
    assert publish(noise(1500)).status_code == 201
    lane = world.subscribe()
    address, accept = f"/api/v1/subscriptions/{lane.pk}/table", {"Accept": MEDIA[format]}
    ballast(8192)
    assert_problem(client_of("reader").get(address, headers=accept), 503, "store-failed")
    ballast(500_000)
    answer = client_of("reader").get(address, headers=accept)
    assert answer.status_code == 200
    body = answer.getvalue()
    assert body.count(b"\n") == 1501 or format != "csv"


@needs_root
def test_reading_what_is_there_needs_no_room(world, publish, client_of, ballast):
    publish(noise(20))
    lane = world.subscribe()
    ballast(0)
    answer = client_of("reader").get(f"/api/v1/subscriptions/{lane.pk}/changes")
    assert answer.status_code == 200
    assert len(answer.json()["items"]) == 20


@pytest.mark.parametrize("place", ["store.after_write", "store.after_fsync", "store.after_link"])
def test_a_failing_disk_is_a_refusal_too(world, publish, assert_problem, place):
    publish([row("110101")])
    before = Batch.objects.count()
    arm(f"{place}:error")
    assert_problem(publish([row("110102")]), 503, "store-failed")
    assert (Batch.objects.count(), Dataset.objects.get().last_number) == (before, 1)
    assert publish([row("110102")]).status_code == 201
