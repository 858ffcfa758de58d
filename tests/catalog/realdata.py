"""The real files beside the project; a test that wants one skips where it is absent."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def real_file(*parts: str) -> Path:
    """The file, or a skip that names it."""
    path = DATA.joinpath(*parts)
    if not path.is_file():
        pytest.skip(f"the real data are not here: {'/'.join(parts)}")
    return path
