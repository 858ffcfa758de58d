"""A page needs a fixed number of queries, however much there is to show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from tests.architecture.growing import Herd
from tests.architecture.scene import PEOPLE, Scene
from tests.factories.catalog import published_resource
from tests.portal import browser_of

pytestmark = pytest.mark.slow
_PLACE = re.compile(r"<(\w+):(\w+)>")
# Addresses whose first word is another than the API's for the same rows.
ROWS = {
    "announcements": "service-changes",
    "deadlines": "obligations",
    "documents": "attachments",
    "imports": "catalog-imports",
    "syncs": "sync-jobs",
}
# What stands in a route's place for a word.
WORDS = {"suffix": "jsonld"}
OPEN = {"share_type": "unconditional", "open_to_public": True, "data_grade": "general"}
# What is not reached by an address alone.
ELSEWHERE = {
    "grant-certificate": "a grant whose data was disposed of",
    "objection-evidence": "a document that was attached",
    "request-decision": "a request that was taken on",
    "publish-look": "an upload of one's own",
    "publish-rejects": "an upload of one's own",
    "systems-confirm": "an upload of one's own session",
    "systems-marked": "an upload of one's own session",
    "connector-tables": "what the connected database answers",
    "connector-table": "what the connected database answers",
}


def pages() -> Iterator[tuple[str, str]]:
    """Every address of the portal by its name: (name, route)."""
    yield from _walk(get_resolver().url_patterns, "")


def _walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from _walk(pattern.url_patterns, route)
        elif ".portal." in pattern.callback.__module__:
            yield str(pattern.name), route


class Visits:
    """Every page as people of one department and of the authority, and the queries it took."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.browsers = {role: browser_of(scene.people[role, "owner"]) for role in PEOPLE}
        self.steps: set[str] = set()
        self.seen: list[tuple[str, str, str]] = []
        for name, route in pages():
            if name not in ELSEWHERE:
                self._look(name, "/" + _PLACE.sub(self._id, route))

    def _look(self, name: str, address: str) -> None:
        """Find out who sees the page: the authority, and the first of the others."""
        for role in ("authority", *(role for role in PEOPLE if role != "authority")):
            status = self.browsers[role].get(address).status_code
            if status == 405:
                self.steps.add(name)
                return
            if status == 200:
                self.seen.append((name, role, address))
                if role != "authority":
                    return

    @property
    def known(self) -> set[str]:
        """The names of what was found: pages, and addresses that only take steps."""
        return {name for name, _, _ in self.seen} | self.steps

    def counts(self) -> dict[str, int]:
        """How many queries each page takes."""
        found: dict[str, int] = {}
        for name, role, address in self.seen:
            with CaptureQueriesContext(connection) as made:
                answer = self.browsers[role].get(address)
                if getattr(answer, "streaming", False):
                    answer.getvalue()
            found[f"{name} as {role}: {address}"] = len(made)
            connection.queries_log.clear()
        return found

    def _id(self, match: re.Match[str]) -> str:
        kind, name = match.groups()
        if kind != "uuid":
            return WORDS.get(name, "1" if kind == "int" else "x")
        parts = [part for part in match.string[: match.start()].split("/") if part]
        return self.scene.ids.get(ROWS.get(parts[-1], parts[-1]), str(uuid4()))


def test_pages_need_the_same_queries_for_three_times_as_much(
    db: None, official_calendar: None, settings: Any, tmp_path: Any
) -> None:
    settings.STORE_DIR = tmp_path / "store"
    scene = Scene()
    shown = published_resource(scene.world.provider, **OPEN)
    scene.ids["open"] = str(shown.pk)
    herd = Herd()
    herd.grow()
    visits = Visits(scene)
    few = visits.counts()
    herd.grow()
    herd.grow()
    many = visits.counts()
    assert {page: (few[page], many[page]) for page in few if few[page] != many[page]} == {}
    assert {name for name, _ in pages()} - visits.known - ELSEWHERE.keys() == set()
