"""Where the exchange keeps its bytes, and within which bounds it works on them."""

import os
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from exchange.datakeys import key_of
from exchange.dataplane.errors import Terminal
from exchange.dataplane.limits import Limits
from exchange.dataplane.sealed import seal_file
from exchange.dataplane.store import FolderStore
from exchange.errors import StoreFailed


def store() -> FolderStore:
    """The content-addressed store of batches, snapshots and quarantined rows."""
    return _store_at(Path(settings.STORE_DIR) / "blobs")


def store_of(resource_id: UUID) -> FolderStore:
    """The same store; what is committed through it is sealed if the resource's grade asks so."""
    key = key_of(resource_id)
    return FolderStore(store().root, key) if key else store()


def keep_file(made: Path, target: Path, resource_id: UUID) -> None:
    """Let a finished file stand elsewhere in STORE_DIR, sealed if the resource's grade asks so."""
    key = key_of(resource_id)
    if key:
        plain, made = made, made.with_name(f"{made.name}.sealed")
        seal_file(plain, made, key)
        plain.unlink()
    os.replace(made, target)


def projections() -> Path:
    """The folder of projected files: derived, so it may be emptied at any time."""
    folder = Path(settings.STORE_DIR) / "projections"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run_folder(run_id: UUID) -> Path:
    """The folder of a sync run's pieces, made where it is not there yet."""
    folder = Path(settings.STORE_DIR) / "sync" / run_id.hex
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run_folders() -> list[Path]:
    """The folders of all sync runs that have pieces."""
    root = Path(settings.STORE_DIR) / "sync"
    return [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []


def limits() -> Limits:
    """The bounds that the settings give."""
    return Limits(max_bytes=settings.MAX_BODY_BYTES, duckdb_memory=settings.DUCKDB_MEMORY)


def hold_blobs(*digests: str, alone: bool = False) -> None:
    """Until the transaction ends, keep the sweep from removing these blobs; StoreFailed if gone.

    Equal bytes published again are an old file under a new row: without this, a sweep that looked
    for rows before the commit would remove it after. ``alone`` is the sweep's side of the lock.
    """
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        for digest in sorted(digests):
            cursor.execute(f"SELECT {function}(hashtextextended(%s, 1))", [digest])
            if not alone:
                _require_blob(digest)


def _require_blob(digest: str) -> None:
    try:
        store().path(digest)
    except Terminal as gone:
        raise StoreFailed("the bytes were swept meanwhile", retry_after=1) from gone


@cache
def _store_at(root: Path) -> FolderStore:
    found = FolderStore(root)
    # The first use by a process: one that was killed may have left plain bytes behind.
    found.sweep_stage()
    return found
