"""What every file keeps to: its length, its name, and who reads the environment."""

import ast
import re

import pytest

from tests.architecture.sources import name_of, python_files, tree_of

MOST_LINES = 400
NO_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|tools?)(_|$)")
# A management command reads a password from the variable that its caller names.
READERS = {"config/env.py", "accounts/management/commands/first_operator.py"}
FILES = python_files()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_fits_in_the_head(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES
    assert not NO_NAMES.search(path.stem), "name it by what it is about"


def test_the_environment_is_read_in_one_place():
    readers = set()
    for path in python_files("kernel", "accounts", "catalog", "exchange", "config"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv"):
                readers.add(name_of(path))
    assert readers == READERS


def test_nothing_is_left_for_later():
    """No mark of unfinished work, no stub; catching another's stub is none."""
    stub = "NotImplemented" + "Error"
    marks = re.compile(rf"{'TO' + 'DO'}|{'FIX' + 'ME'}|^(?!\s*except\b).*{stub}", re.MULTILINE)
    assert [name_of(path) for path in FILES if marks.search(path.read_text())] == []
