"""Bytes that nobody needs any more: which they are, and how they go without harm to a rival."""

import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet

from exchange.models import Batch, Objection, Snapshot
from exchange.storage import hold_blobs, store


@transaction.atomic
def remove_blob(digest: str) -> bool:
    """Remove one blob, unless a row names it, also one that a publication wrote meanwhile."""
    hold_blobs(digest, alone=True)
    return not referenced([digest]) and store().delete(digest)


def referenced(digests: list[str]) -> set[str]:
    """Those of the digests that a row still stands for."""
    named: set[str] = set()
    for rows, column in _naming():
        named.update(rows.filter(**{f"{column}__in": digests}).values_list(column, flat=True))
    return named


def every_digest() -> Iterator[str]:
    """Every digest that a row stands for, each once, in order."""
    parts = [
        rows.exclude(**{column: ""}).order_by().values_list(column, flat=True)
        for rows, column in _naming()
    ]
    return parts[0].union(*parts[1:]).order_by("digest").iterator()


def _naming() -> tuple[tuple[QuerySet[Any], str], ...]:
    """The rows that name blobs, and in which column."""
    here = Batch.objects.filter(expired_at=None)
    return (
        (here, "digest"),
        (here, "rejects_digest"),
        (Snapshot.objects.all(), "digest"),
        (Objection.objects.all(), "evidence_digest"),
    )


def sweep_folders(name: str, model: type[Model], states: Iterable[str], old: float) -> int:
    """Remove what lies under ``STORE_DIR/name`` for rows that are in no such state; how many.

    A file or folder there begins with the hex or dashed id of its row. What bears no id of a row
    goes when it is ``old`` seconds old.
    """
    removed = 0
    for path in _inside(name):
        found = _id_of(path)
        row = model._default_manager.filter(pk=found).first() if found else None
        if row is not None and getattr(row, "state", "") in states:
            continue
        if row is not None or _is_old(path, old):
            removed += _remove(path)
    return removed


def sweep_old(name: str, old: float) -> int:
    """Remove what lies under ``STORE_DIR/name`` and is ``old`` seconds old; how many."""
    return sum(_remove(path) for path in _inside(name) if _is_old(path, old))


def _inside(name: str) -> list[Path]:
    root = Path(settings.STORE_DIR) / name
    return list(root.iterdir()) if root.is_dir() else []


def _is_old(path: Path, seconds: float) -> bool:
    try:
        return path.stat().st_mtime <= time.time() - seconds
    except FileNotFoundError:
        return False


def _remove(path: Path) -> bool:
    try:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    except FileNotFoundError:
        return False
    return True


def _id_of(path: Path) -> UUID | None:
    for length in (36, 32):
        try:
            return UUID(path.name[:length])
        except ValueError:
            continue
    return None
