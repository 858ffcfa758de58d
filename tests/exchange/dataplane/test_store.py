"""A blob that commit returned is there, whole, under the digest of its bytes."""

import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.store import BlobRef, FolderStore, check_blob
from kernel import failpoints

BYTES = "数据".encode() * 1000
DIGEST = hashlib.sha256(BYTES).hexdigest()


def put(store: FolderStore, data: bytes = BYTES) -> BlobRef:
    with store.stage() as path:
        path.write_bytes(data)
        return store.commit(path)


def left_over(store: FolderStore) -> list[Path]:
    return list((store.root / "stage").iterdir())


def test_a_committed_blob_lies_under_its_digest_and_cannot_be_written(store: FolderStore) -> None:
    ref = put(store)
    assert ref == BlobRef(DIGEST, len(BYTES))
    assert store.path(DIGEST) == store.root / DIGEST[:2] / DIGEST[2:4] / DIGEST
    assert store.path(DIGEST).read_bytes() == BYTES
    assert store.path(DIGEST).stat().st_mode & 0o777 == 0o440
    assert left_over(store) == []


def test_what_is_not_committed_is_gone(store: FolderStore) -> None:
    with store.stage() as path:
        path.write_bytes(b"torn")
    assert left_over(store) == []
    assert list(store.iter_digests()) == []


def test_the_same_content_is_kept_once_and_counts_as_new_again(store: FolderStore) -> None:
    put(store)
    old = time.time() - 90_000
    os.utime(store.path(DIGEST), (old, old))
    assert list(store.iter_digests(older_than=86_400)) == [DIGEST]
    assert put(store) == BlobRef(DIGEST, len(BYTES))
    assert list(store.iter_digests(older_than=86_400)) == []
    assert list(store.iter_digests()) == [DIGEST]


def test_many_writers_of_one_content_leave_one_whole_blob(store: FolderStore) -> None:
    refs: list[BlobRef] = []
    start = threading.Barrier(8)

    def write() -> None:
        start.wait()
        refs.append(put(store))

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert refs == [BlobRef(DIGEST, len(BYTES))] * 8
    assert list(store.iter_digests()) == [DIGEST]
    assert store.verify(DIGEST) == BlobRef(DIGEST, len(BYTES))
    assert left_over(store) == []


def test_a_flipped_bit_is_found_and_mended_by_the_next_equal_commit(store: FolderStore) -> None:
    put(store)
    target = store.path(DIGEST)
    target.chmod(0o600)
    target.write_bytes(BYTES[:-1] + b"\x00")
    with pytest.raises(Terminal) as refusal:
        store.verify(DIGEST)
    assert refusal.value.code == "blob-corrupt"
    put(store)
    assert store.verify(DIGEST).size == len(BYTES)


def test_a_torn_temporary_file_is_no_blob_and_is_swept(store: FolderStore) -> None:
    torn = store.root / "stage" / "torn"
    torn.write_bytes(BYTES[:10])
    (store.root / "stage" / "folder").mkdir()
    assert list(store.iter_digests()) == []
    with store.workspace() as held:
        assert store.sweep_stage() == 2
        assert left_over(store) == [held]
    assert left_over(store) == []


def test_a_failed_fsync_fails_the_commit_and_drops_the_file(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(Transient) as refusal:
        put(store)
    assert refusal.value.code == "store-write-failed"
    assert left_over(store) == []
    assert list(store.iter_digests()) == []


@pytest.mark.parametrize(
    ("place", "there"),
    [("store.after_write", 0), ("store.after_fsync", 0), ("store.after_link", 1)],
)
def test_an_error_between_the_steps_leaves_no_torn_blob(
    store: FolderStore, place: str, there: int
) -> None:
    failpoints.arm(f"{place}:error")
    try:
        with pytest.raises(Transient):
            put(store)
    finally:
        failpoints.arm("")
    assert len(list(store.iter_digests())) == there
    assert left_over(store) == []
    put(store)
    assert store.verify(DIGEST).size == len(BYTES)


def test_a_deleted_blob_is_missing(store: FolderStore) -> None:
    put(store)
    assert store.delete(DIGEST) is True
    assert store.delete(DIGEST) is False
    with pytest.raises(Terminal, match="blob-missing"):
        store.path(DIGEST)
    with pytest.raises(Terminal, match="blob-missing"):
        check_blob(store.root / DIGEST)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_only_a_digest_names_a_blob(store: FolderStore, digest: str) -> None:
    with pytest.raises(Terminal, match="blob-missing"):
        store.path(digest)


def test_a_workspace_is_removed_with_all_in_it(store: FolderStore) -> None:
    with store.workspace() as work:
        (work / "a").mkdir()
        (work / "a" / "b").write_text("x")
    assert left_over(store) == []


def test_a_store_that_cannot_be_made_is_transient(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Transient, match="store-unwritable"):
        FolderStore(tmp_path / "file" / "store")
