"""A store of its own for each test, and worlds with a dataset."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.factories.exchange import World, make_world


@pytest.fixture(autouse=True)
def store_dir(settings: object, tmp_path: Path) -> Path:
    """Each test begins with an empty store."""
    folder = tmp_path / "store"
    settings.STORE_DIR = folder  # type: ignore[attr-defined]
    return folder


@pytest.fixture
def files_in_store(store_dir: Path) -> Callable[[], int]:
    """How many files lie in the store, left-overs included."""
    return lambda: sum(path.is_file() for path in store_dir.rglob("*"))


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """A provider with an empty dataset of division codes, and a department that may ask."""
    return make_world()
