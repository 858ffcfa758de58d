"""Making a backup while the platform works: the database first, then the blobs that it names.

Blobs never change and are not removed while a row names them, so those copied after the snapshot
of the database are those of the snapshot. What expired in between is told apart from what is lost.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from config.backup import manifest, programs
from config.backup.manifest import BLOBS, CHECKPOINTS, DUMP, BadBackup, Manifest
from exchange.dataplane.errors import DataplaneError
from exchange.dataplane.sealed import is_sealed
from exchange.dataplane.store import FolderStore
from exchange.storage import store
from exchange.unneeded import every_digest, referenced


@dataclass
class Saved:
    """A backup that was made: its folder, what it holds, and the blobs that are not in it."""

    folder: Path
    blobs: int = 0
    bytes: int = 0
    copied: int = 0
    expired: int = 0
    damaged: list[str] | None = None


def pool_of(root: Path) -> FolderStore:
    """The blobs of all backups below one root: equal bytes are kept once."""
    return FolderStore(root / "blobs")


def save(root: Path) -> Saved:
    """Make a backup in a new folder below ``root``; BadBackup if it could not be made.

    A blob that is missing or damaged does not stop it: it is named in the manifest.
    """
    made_at = datetime.now(UTC)
    folder = root / f"{made_at:%Y%m%dT%H%M%SZ}"
    partial = root / f".{folder.name}.partial"
    try:
        partial.mkdir(parents=True)
    except OSError as problem:
        raise BadBackup(f"{partial} cannot be made: {problem.strerror}") from problem
    try:
        saved = _save(partial, root, made_at.isoformat(timespec="seconds"))
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    saved.folder = folder
    return saved


def _save(partial: Path, root: Path, made_at: str) -> Saved:
    server = _dump(partial)
    saved = Saved(partial, damaged=[])
    with (partial / BLOBS).open() as lines:
        for line in lines:
            _copy(line.strip(), pool_of(root), saved)
    names = [DUMP, BLOBS, *_copy_checkpoints(partial)]
    for name in names:
        with (partial / name).open("rb") as file:
            os.fsync(file.fileno())
    made = Manifest(
        made_at=made_at,
        server=server,
        files={name: manifest.digest_of(partial / name) for name in names},
        blobs=saved.blobs,
        bytes=saved.bytes,
        damaged=saved.damaged or [],
        sealing_keys=manifest.fingerprints(),
    )
    manifest.write(made, partial)
    return saved


def _dump(partial: Path) -> str:
    """Database and list of blobs as of one snapshot; the server's version."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # This transaction waits for as long as the program writes.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
        snapshot, version = cursor.fetchone()
        with (partial / BLOBS).open("w") as lines:
            lines.writelines(f"{digest}\n" for digest in every_digest())
        programs.dump(partial / DUMP, snapshot)
    return str(version)


def _copy(digest: str, pool: FolderStore, saved: Saved) -> None:
    """Bring a blob to the pool, its digest recomputed on the way."""
    try:
        if not _has(pool, digest):
            pool.bring(store().file(digest))
            saved.copied += 1
        saved.bytes += pool.file(digest).stat().st_size
        saved.blobs += 1
    except (DataplaneError, FileNotFoundError):
        if referenced([digest]):
            (saved.damaged or []).append(digest)
        else:
            saved.expired += 1


def _has(pool: FolderStore, digest: str) -> bool:
    """Whether the pool has it, and not plain what was sealed since."""
    if not pool.holds(digest):
        return False
    here = store()
    return is_sealed(pool.file(digest)) or not (here.holds(digest) and is_sealed(here.file(digest)))


def _copy_checkpoints(partial: Path) -> list[str]:
    file = Path(settings.AUDIT_CHECKPOINT_FILE)
    if not file.exists():
        return []
    shutil.copyfile(file, partial / CHECKPOINTS)
    return [CHECKPOINTS]
