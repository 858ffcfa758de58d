"""The threat model names files and tests that exist, and a test for every control."""

import ast
import re

import pytest
from django.conf import settings

_PAGE = settings.BASE_DIR / "docs/security/threat-model.md"
_ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in _PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and line.count(" | ") == 4 and not line.startswith("| Threat |")
]


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _tests_in(file: str) -> set[str]:
    tree = ast.parse((settings.BASE_DIR / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_page_has_threats():
    assert len(_ROWS) >= 30


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: row[0])
def test_every_control_is_enforced_in_a_file_and_proven_by_a_test(row):
    _threat, control, places, default, proofs = row
    assert control
    assert default
    assert _quoted(places)
    assert [place for place in _quoted(places) if not (settings.BASE_DIR / place).is_file()] == []
    assert _quoted(proofs)
    for proof in _quoted(proofs):
        file, _, test = proof.partition("::")
        assert file.startswith("tests/")
        found = _tests_in(file)
        assert any(name.startswith("test_") for name in found)
        assert not test or test in found, proof
