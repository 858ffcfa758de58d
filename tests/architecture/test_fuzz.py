"""Whatever is sent to the API, it answers as its document says; `make fuzz` sends more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from tests.architecture.fuzzing import Fuzz, Walk
from tests.architecture.scene import Scene

# Cases of each kind: every operation once, the edges of some, and scenarios over several calls.
ROUTINE = 300


@pytest.fixture
def fuzz(
    db: None, official_calendar: None, settings: Any, tmp_path: Any, pytestconfig: Any
) -> Iterator[Fuzz]:
    settings.STORE_DIR = tmp_path / "store"
    # A request would end with the connection that holds the scene's transaction.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield Fuzz(Scene(), pytestconfig.getoption("--seed"))
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.slow
def test_every_answer_is_one_that_the_document_names(fuzz: Fuzz, pytestconfig: Any) -> None:
    wanted = pytestconfig.getoption("--cases") or ROUTINE
    operations = fuzz.operations()
    each = max(1, wanted * 9 // 10 // len(operations))
    for operation in operations:
        fuzz.play(operation, each)
        if wanted > ROUTINE:
            fuzz.edges(operation, max(1, wanted * 4 // 10 // len(operations)))
    walk = Walk(fuzz)
    walk.play(scenarios=max(4, wanted // 45), steps=8)
    print(f"\n{fuzz.sent} cases by {len(fuzz.called)} callers, {walk.followed} by links, seed")
    print(f"{fuzz.seed}, answered {dict(sorted(fuzz.statuses.items()))}")
    print(*(f"== {title}\n{shown}\n" for title, shown in sorted(fuzz.found.items())), sep="\n")
    assert fuzz.sent >= wanted
    assert fuzz.called == set(fuzz.callers)
    assert walk.followed > 0
    assert max(fuzz.statuses) < 500
    assert sorted(fuzz.found) == []
