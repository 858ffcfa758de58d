"""What a page does has its twin in the API: the same action, asked for by another door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import APPS, name_of, python_files, tree_of
from tests.architecture.test_actions import QUESTIONS

PAGES = python_files(*(f"{app}/portal" for app in APPS))
API = python_files(*(f"{app}/api" for app in APPS))

# The doors that a browser alone has: the API's callers open and close tokens instead, and have
# neither security keys nor a way to an identity provider and back.
BROWSERS_ALONE = {
    "accounts.actions.sessions.sign_in",
    "accounts.actions.sessions.sign_out",
    "accounts.actions.identities.sign_in_with",
    "accounts.actions.secondfactors.add_key",
    "accounts.actions.secondfactors.show_key",
}
# What writes rows without an action.
WRITES = {
    *("save", "asave", "create", "acreate", "update", "delete", "change", "move"),
    *("bulk_create", "bulk_update", "get_or_create", "update_or_create"),
}
# Methods of these names that write no row: dictionaries, sets, digests, sessions.
HARMLESS = {"session", "initial", "query", "context", "headers", "cache", "digest", "hash"}


def actions_in(path: Path) -> Iterator[str]:
    """The actions that the module takes in by name or by their module, with their whole names."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.ImportFrom):
            continue
        package = node.module or ""
        names = {alias.asname or alias.name: f"{package}.{alias.name}" for alias in node.names}
        if package.endswith(".actions"):
            modules |= names
        elif ".actions." in package:
            yield from names.values()
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in modules:
                yield f"{modules[name]}.{attribute}"


def is_a_verb(action: str) -> bool:
    return action.rpartition(".")[2].islower()


OFFERED = {action for path in API for action in actions_in(path)}
TAKEN = sorted(
    {
        (name_of(path), action)
        for path in PAGES
        for action in actions_in(path)
        if is_a_verb(action) and action not in QUESTIONS | BROWSERS_ALONE
    }
)


@pytest.mark.parametrize(("page", "action"), TAKEN)
def test_what_a_page_does_the_api_does_too(page: str, action: str) -> None:
    assert action in OFFERED, f"{page} takes {action}, which no view of the API calls"


def test_the_door_of_browsers_alone_is_used() -> None:
    used = {action for path in PAGES for action in actions_in(path)}
    assert used >= BROWSERS_ALONE


def writes_in(path: Path) -> Iterator[str]:
    """Calls that write rows, as ``line: call``."""
    for node in ast.walk(tree_of(path)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in WRITES and writes_rows(node.func.value):
            yield f"{node.lineno}: {ast.unparse(node.func)}"


def writes_rows(owner: ast.expr) -> bool:
    """Whether the owner of such a method can be rows: a manager, a query, a row."""
    said = ast.unparse(owner)
    return ".objects" in said or not HARMLESS & set(said.replace("(", ".").split("."))


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_pages_write_no_rows_themselves(path: Path) -> None:
    assert list(writes_in(path)) == []
