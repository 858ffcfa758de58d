"""The project's own Python files, and what their syntax trees say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from config.env import BASE_DIR

APPS = ("accounts", "catalog", "exchange")
PACKAGES = ("kernel", *APPS, "config", "demo", "bench", "tests")


def python_files(*packages: str) -> list[Path]:
    """The Python files of the packages (of all, if none is named), migrations left out."""
    found = [
        path
        for package in packages or PACKAGES
        for path in sorted((BASE_DIR / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    assert found
    return found


def name_of(path: Path) -> str:
    """The path as it is written in messages."""
    return str(path.relative_to(BASE_DIR))


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    """The functions of a module by name, those inside classes left out."""
    return {node.name: node for node in tree_of(path).body if isinstance(node, ast.FunctionDef)}


def calls(node: ast.AST) -> Iterator[str]:
    """The names that are called inside, as written: ``require``, ``audit.record``."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield ast.unparse(inner.func)
