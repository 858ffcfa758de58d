"""The pages on security name files and tests that exist, and a test for every control."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from config import env
from config.celery import app

_FOLDER = settings.BASE_DIR / "docs" / "security"
# The last two columns that name files: where it is enforced, and what proves it.
_HEADS = {
    "threat-model.md": ["Threat", "Control", "Enforced in", "Without configuration", "Proven by"],
    "mapping.md": ["Requirement", "What we do", "Enforced in", "Proven by"],
}


def _rows(page: Path, head: list[str]) -> Iterator[dict[str, str]]:
    """The rows of the page's tables with this head."""
    is_inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if cells == head:
            is_inside = True
        elif not line.startswith("|"):
            is_inside = False
        elif is_inside and not line.startswith("|---"):
            yield dict(zip(head, cells, strict=True))


_ROWS = [(name, row) for name, head in _HEADS.items() for row in _rows(_FOLDER / name, head)]


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def _tests_in(file: str) -> set[str]:
    tree = ast.parse((settings.BASE_DIR / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("name", "least"), [("threat-model.md", 30), ("mapping.md", 50)])
def test_the_pages_have_their_tables(name, least):
    assert sum(page == name for page, _ in _ROWS) >= least


@pytest.mark.parametrize("row", [row for _, row in _ROWS], ids=lambda row: next(iter(row.values())))
def test_every_control_is_enforced_in_a_file_and_proven_by_a_test(row):
    assert all(row.values())
    places = _quoted(row["Enforced in"])
    assert places
    assert [place for place in places if not (settings.BASE_DIR / place).is_file()] == []
    proofs = _quoted(row["Proven by"])
    assert proofs
    for proof in proofs:
        file, _, test = proof.partition("::")
        assert file.startswith("tests/")
        found = _tests_in(file)
        assert any(name.startswith("test_") for name in found)
        assert not test or test in found, proof


def test_whatever_ends_by_the_clock_is_told_with_its_setting():
    page = (_FOLDER / "retention.md").read_text(encoding="utf-8")
    named = set(_quoted(page))
    assert {name for name in env.DEFAULTS if name.endswith("RETENTION_DAYS")} - named == set()
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    removing = {task for task in tasks if ".expire_" in task} - {
        # They change states, and remove nothing.
        *("exchange.expire_grants", "accounts.expire_proposals"),
    }
    assert removing - named == set()
    assert {word for word in named if re.fullmatch(r"(accounts|exchange)\.\w+", word)} <= tasks
