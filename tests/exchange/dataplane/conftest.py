"""A store in a temporary folder, and bodies published into it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from exchange.dataplane.publication import Prepared, prepare
from exchange.dataplane.store import BlobRef, FolderStore
from tests.exchange.dataplane.canary import Canary
from tests.exchange.dataplane.schemas import PERSONS


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


@pytest.fixture
def publish(store: FolderStore, tmp_path: Path) -> Callable[..., Prepared]:
    """publish(text, kind=..., ...) with NDJSON of PERSONS by default."""

    def send(body: bytes | str, **options: Any) -> Prepared:
        path = tmp_path / "body"
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        given = {"kind": "snapshot", "format": "ndjson", "schema": PERSONS, "store": store}
        return prepare(path, **{**given, **options})

    return send


@pytest.fixture
def rows(store: FolderStore) -> Callable[[BlobRef | None], list[dict[str, Any]]]:
    """The rows of a blob as plain values."""

    def read(blob: BlobRef | None) -> list[dict[str, Any]]:
        assert blob is not None
        return pq.read_table(store.path(blob.digest)).to_pylist()

    return read


@pytest.fixture
def stored(store: FolderStore) -> Callable[[], list[str]]:
    """Digests of all blobs; [] shows that a refusal stored nothing."""
    return lambda: sorted(store.iter_digests())


@pytest.fixture
def canary() -> Iterator[Canary]:
    """A listener that must see no connection."""
    made = Canary()
    yield made
    made.close()
