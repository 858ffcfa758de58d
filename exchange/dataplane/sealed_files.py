"""Sealed files under names that DuckDB reads."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem

from exchange.dataplane.sealed import SealedFile, is_sealed, size_of

_SCHEME = "sealed"


class _SharedFile(SealedFile):
    """One that several threads read, each from where it has gone itself."""

    def __init__(self, path: Path) -> None:
        self._places = threading.local()
        super().__init__(path)

    @property
    def _place(self) -> int:
        return getattr(self._places, "place", 0)

    @_place.setter
    def _place(self, place: int) -> None:
        self._places.place = place


class SealedFiles(AbstractFileSystem):
    """The file system of names that begin with ``sealed://``; read only."""

    protocol = _SCHEME

    def _open(self, path: str, mode: str = "rb", **options: Any) -> SealedFile:
        return _SharedFile(Path(path))

    def exists(self, path: str, **options: Any) -> bool:
        """Whether there is a file."""
        return os.path.isfile(self._strip_protocol(path))

    def glob(self, path: str, **options: Any) -> list[str]:
        """The name itself: none here is a pattern."""
        return [self._strip_protocol(path)]

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        """Name, plain size and kind."""
        name = self._strip_protocol(path)
        return {"name": name, "size": size_of(Path(name)), "type": "file"}

    def modified(self, path: str) -> datetime:
        """When the file was last written."""
        return datetime.fromtimestamp(os.stat(self._strip_protocol(path)).st_mtime, UTC)


FILES = SealedFiles(skip_instance_cache=True)


def readable_name(path: Path) -> str:
    """What DuckDB reads the file's plain bytes by."""
    return f"{_SCHEME}://{path.absolute()}" if is_sealed(path) else str(path)
