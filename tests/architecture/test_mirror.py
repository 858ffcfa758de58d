"""Tests lie where their source lies."""

import pytest

from config.env import BASE_DIR
from tests.architecture.sources import APPS, name_of, python_files

ACTIONS = [
    path for path in python_files(*(f"{app}/actions" for app in APPS)) if path.name != "__init__.py"
]
DATAPLANE = [
    path
    for path in (BASE_DIR / "exchange" / "dataplane").glob("*.py")
    if path.name in ("publication.py", "reading.py", "store.py", "schema.py", "webhooks.py")
]


@pytest.mark.parametrize("path", ACTIONS + DATAPLANE, ids=name_of)
def test_a_module_has_its_test_file(path):
    mirrored = BASE_DIR / "tests" / path.relative_to(BASE_DIR).with_name(f"test_{path.name}")
    assert mirrored.exists(), f"write {mirrored.relative_to(BASE_DIR)}"


def test_a_folder_of_tests_is_a_folder_of_the_source_or_of_a_kind():
    kinds = {"architecture", "browser", "factories", "journeys", "races"}
    for folder in (BASE_DIR / "tests").iterdir():
        if folder.is_dir() and folder.name != "__pycache__" and folder.name not in kinds:
            assert (BASE_DIR / folder.name).is_dir(), folder.name
