import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from config.launch.home import TEST_SLOTS


@pytest.fixture
def root() -> Iterator[Path]:
    """The folder of a home of this test's own, where the servers' account can reach it."""
    folder = TEST_SLOTS.parent / "try" / uuid4().hex[:8]
    yield folder
    outside = folder / "outside"
    if outside.exists():
        shutil.rmtree(outside.read_text().strip(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
