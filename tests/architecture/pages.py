"""Every page of the portal, read from the URL conf, and the addresses that the scene gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.architecture.scene import PEOPLE, Scene
from tests.portal import browser_of

_PLACE = re.compile(r"<(\w+):(\w+)>")
# Addresses whose first word is another than the API's for the same rows.
ROWS = {
    "announcements": "service-changes",
    "audit": "audit-events",
    "deadlines": "obligations",
    "documents": "attachments",
    "imports": "catalog-imports",
    "syncs": "sync-jobs",
}
# What stands in a route's place for a word.
WORDS = {"name": "who", "suffix": "jsonld"}
# What is not reached by an address alone.
ELSEWHERE = {
    "use-receipt": "a line of the ledger that is sealed",
    "grant-certificate": "a grant whose data was disposed of",
    "objection-evidence": "a document that was attached",
    "request-decision": "a request that was taken on",
    "publish-look": "an upload of one's own",
    "publish-rejects": "an upload of one's own",
    "systems-confirm": "an upload of one's own session",
    "systems-marked": "an upload of one's own session",
    "dispute-new": "a grant that the person disputes",
    "open-data-file": "the file of an open dataset",
    "sign-in-second": "a sign-in whose first step was taken",
    "identity-begin": "an identity provider",
    "identity-return": "an identity provider",
    "factor-key": "a platform that has a name, for browsers give no key to a number",
    "factor-drop": "a second factor of one's own",
    "proposal-new": "what the deed is done to",
    "connector-tables": "what the connected database answers",
    "connector-table": "what the connected database answers",
    "sync-reading": "what the connected database answers",
}
# By a page's name: the first of the others who saw it, asked first the next time.
_FIRST: dict[str, str] = {}


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


def address_of(route: str, ids: dict[str, str]) -> str:
    """The route with the scene's ids in their places; with an id that nothing has, if need be."""

    def told(match: re.Match[str]) -> str:
        kind, name = match.groups()
        if kind == "uuid" or (kind == "int" and name == "pk"):
            parts = [part for part in match.string[: match.start()].split("/") if part]
            return ids.get(ROWS.get(parts[-1], parts[-1]), str(uuid4()))
        return WORDS.get(name, "1" if kind == "int" else "x")

    return "/" + _PLACE.sub(told, route)


def browsers_of(scene: Scene) -> dict[str, Client]:
    """A browser of each role in the department that owns what is there."""
    return {role: browser_of(scene.people[role, "owner"]) for role in PEOPLE}


class Readers:
    """Who sees which page: of each the authority and the first of the others.

    With ``part`` and ``parts`` of every so many pages one alone is looked at.
    """

    def __init__(self, scene: Scene, part: int = 0, parts: int = 1) -> None:
        self.browsers = browsers_of(scene)
        # Addresses that only take steps, and pages: (name, role, address).
        self.steps: set[str] = set()
        self.seen: list[tuple[str, str, str]] = []
        # What the first who saw a page was answered, and what each was: by name, by (name, role).
        self.answers: dict[str, Any] = {}
        self.told: dict[tuple[str, str], Any] = {}
        # Addresses that give a file, or a part of a page.
        self.files: set[str] = set()
        for name, route in sorted(pages())[part::parts]:
            if name not in ELSEWHERE:
                self._look(name, address_of(route, scene.ids))

    def _look(self, name: str, address: str) -> None:
        others = [role for role in PEOPLE if role != "authority"]
        for role in ("authority", *sorted(others, key=lambda role: role != _FIRST.get(name))):
            answer = self.browsers[role].get(address)
            if answer.status_code == 405:
                self.steps.add(name)
                return
            if answer.status_code == 200:
                if answer.streaming or b"<html" not in answer.content:
                    self.files.add(name)
                self.seen.append((name, role, address))
                self.answers.setdefault(name, answer)
                self.told[name, role] = answer
                if role != "authority":
                    _FIRST[name] = role
                    return

    @property
    def unknown(self) -> set[str]:
        """The names of addresses that nobody saw."""
        known = {name for name, _, _ in self.seen} | self.steps | ELSEWHERE.keys()
        return {name for name, _ in pages()} - known
