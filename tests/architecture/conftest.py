"""A scene that bad input is played on, and what watches it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.architecture.portalscene import PortalScene
from tests.architecture.watching import Watch


@pytest.fixture
def played(db: None, official_calendar: None, settings: Any, tmp_path: Path) -> PortalScene:
    settings.STORE_DIR = tmp_path / "store"
    return PortalScene()


@pytest.fixture
def watch(played: PortalScene) -> Watch:
    return Watch()


@pytest.fixture
def is_whole(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--cases"))
