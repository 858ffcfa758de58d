"""Where the exchange keeps its bytes, and within which bounds it works on them."""

from functools import cache
from pathlib import Path

from django.conf import settings

from exchange.dataplane.limits import Limits
from exchange.dataplane.store import FolderStore


def store() -> FolderStore:
    """The content-addressed store of batches, snapshots and quarantined rows."""
    return _store_at(Path(settings.STORE_DIR) / "blobs")


def projections() -> Path:
    """The folder of projected files: derived, so it may be emptied at any time."""
    folder = Path(settings.STORE_DIR) / "projections"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def limits() -> Limits:
    """The bounds that the settings give."""
    return Limits(max_bytes=settings.MAX_BODY_BYTES, duckdb_memory=settings.DUCKDB_MEMORY)


@cache
def _store_at(root: Path) -> FolderStore:
    return FolderStore(root)
