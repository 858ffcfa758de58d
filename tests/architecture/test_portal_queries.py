"""A page needs a fixed number of queries, however much there is to show."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.architecture.growing import Herd
from tests.architecture.pages import Readers
from tests.architecture.portalscene import PortalScene

pytestmark = pytest.mark.slow


def counts(readers: Readers) -> dict[str, int]:
    """How many queries each page takes."""
    found: dict[str, int] = {}
    for name, role, address in readers.seen:
        with CaptureQueriesContext(connection) as made:
            answer = readers.browsers[role].get(address)
            if getattr(answer, "streaming", False):
                answer.getvalue()
        found[f"{name} as {role}: {address}"] = len(made)
        connection.queries_log.clear()
    return found


def test_pages_need_the_same_queries_for_three_times_as_much(
    db: None, official_calendar: None, settings: Any, tmp_path: Any
) -> None:
    settings.STORE_DIR = tmp_path / "store"
    scene = PortalScene()
    herd = Herd()
    herd.grow()
    readers = Readers(scene)
    few = counts(readers)
    herd.grow()
    herd.grow()
    many = counts(readers)
    assert {page: (few[page], many[page]) for page in few if few[page] != many[page]} == {}
    assert readers.unknown == set()
