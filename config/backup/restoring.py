"""The way back: an empty database and the store are filled, and a new history begins."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Max
from psycopg2 import sql

from accounts.actor import CLOCK
from accounts.checkpoints import files, is_within
from accounts.management.commands.grant_app_role import STATE_SCHEMA
from accounts.models import CheckpointPlace, EvidenceBlock
from config.backup import manifest, programs
from config.backup.manifest import BLOBS, CHECKPOINTS, DUMP, BadBackup, Manifest
from config.backup.saving import pool_of
from exchange.actions.restores import begin_history
from exchange.dataplane.errors import DataplaneError
from exchange.dataplane.store import FolderStore
from exchange.storage import store

_TABLES = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', %s)
"""


@dataclass
class Restored:
    """What was brought back, and the blobs that the backup should have and has not whole."""

    manifest: Manifest
    datasets: int = 0
    missing: list[str] = field(default_factory=list)


def restore(folder: Path, attested: Callable[[], object] = lambda: None) -> Restored:
    """Fill the empty database and the store; BadBackup, and nothing changed, where that cannot be.

    Every dataset begins a new epoch, once ``attested`` has found the people whom it wants among
    those that came back; what it raises leaves the history unbegun. Blobs that are missing or
    damaged are named, not passed over.
    """
    held = manifest.read(folder)
    _require_keys(held)
    _require_empty()
    done = Restored(held)
    for digest in _listed(folder):
        if not _bring(digest, pool_of(folder.parent), store()):
            done.missing.append(digest)
    programs.restore(folder / DUMP)
    connection.close()
    call_command("prepare", verbosity=0)
    _give_tables_back()
    attested()
    _bring_checkpoints(folder)
    done.datasets = begin_history(actor=CLOCK, made_at=datetime.fromisoformat(held.made_at))
    return done


def _require_keys(held: Manifest) -> None:
    lacking = sorted(set(held.sealing_keys) - set(manifest.fingerprints()))
    if lacking:
        raise BadBackup(
            f"SEALING_KEYS lacks {len(lacking)} key(s) with which secrets of this backup are"
            f" sealed (fingerprints {', '.join(lacking)}); keys are kept apart from backups"
        )


def _require_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [STATE_SCHEMA])
        tables = cursor.fetchone()[0]
    if tables:
        raise BadBackup(
            f"the database has {tables} tables already; name an empty one in DATABASE_URL"
            " and DATABASE_OWNER_URL"
        )


def _listed(folder: Path) -> Iterator[str]:
    with (folder / BLOBS).open() as lines:
        for line in lines:
            yield line.strip()


def _bring(digest: str, pool: FolderStore, target: FolderStore) -> bool:
    """Whether the store has the blob now, its digest recomputed on the way."""
    try:
        target.verify(digest)
        return True
    except DataplaneError:
        pass
    try:
        target.bring(pool.file(digest))
    except DataplaneError:
        return False
    return True


@transaction.atomic
def _give_tables_back() -> None:
    """Queryable tables belong to the application's role, which shapes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, (SELECT nspowner::regrole::text FROM pg_namespace"
            " WHERE nspname = schemaname) FROM pg_tables WHERE schemaname = %s",
            [STATE_SCHEMA],
        )
        for table, owner in cursor.fetchall():
            cursor.execute(
                sql.SQL("ALTER TABLE {} OWNER TO {}").format(
                    sql.Identifier(STATE_SCHEMA, table), sql.Identifier(owner.strip('"'))
                )
            )


def _bring_checkpoints(folder: Path) -> None:
    """The checkpoints of that moment; those of the lost history are laid aside.

    The backup took them after the database, so that the last may be of blocks that it has not.
    """
    blocks = EvidenceBlock.objects.order_by().values_list("ledger")
    heads = dict(blocks.annotate(Max("number")))
    for file in files():
        if file.exists():
            os.replace(file, file.with_name(f"{file.name}.before-{folder.name}"))
        if (folder / CHECKPOINTS).exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            with (folder / CHECKPOINTS).open("rb") as lines, file.open("wb") as out:
                out.writelines(line for line in lines if is_within(line, heads))
    # How far each file is, is read from it again.
    CheckpointPlace.objects.filter(address__in=[str(file) for file in files()]).delete()
