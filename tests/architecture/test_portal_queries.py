"""A page needs a fixed number of queries, however much there is to show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import SessionToken
from tests.architecture.growing import Herd
from tests.architecture.pages import Readers
from tests.architecture.portalscene import PortalScene

pytestmark = pytest.mark.slow


def counts(readers: Readers) -> dict[str, int]:
    """How many queries each page takes."""
    found: dict[str, int] = {}
    # That a sign-in is used is noted once a minute, which is no part of a page.
    SessionToken.objects.update(used_at=timezone.now() + timedelta(hours=1))
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
