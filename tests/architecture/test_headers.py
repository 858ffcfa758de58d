"""What every answer tells a browser, on every page and at every endpoint."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.architecture.endpoints import endpoints
from tests.architecture.pages import Readers
from tests.architecture.portalscene import PortalScene
from tests.architecture.test_authorisation_matrix import play

pytestmark = pytest.mark.slow
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Open data is for everybody, and may be kept for minutes.
KEPT = re.compile(r"public, max-age=\d+")
# The order of a list, and what it is asked for, may be kept by its reader alone.
OWN = "private, no-cache"
_SCRIPT = re.compile(r"<script\b([^>]*)>([^<]*)", re.IGNORECASE)
# Attributes that run or style without a file of ours.
_INLINE = re.compile(r"<[a-z][^>]*\s(on[a-z]+|style)\s*=\s*[\"']", re.IGNORECASE)


@pytest.fixture
def scene(db: None, official_calendar: None, settings: Any, tmp_path: Any) -> PortalScene:
    """One of everything that a page shows."""
    settings.STORE_DIR = tmp_path / "store"
    return PortalScene()


def faults_of(answer: Any) -> list[str]:
    """What the headers of an answer, and a page's own tags, leave open."""
    wrong = [f"{name}: {answer.get(name)}" for name in ALWAYS if answer.get(name) != ALWAYS[name]]
    wrong += [name for name in answer.headers if name.startswith("Access-Control-")]
    kept = answer.get("Cache-Control", "")
    if not ("no-store" in kept or kept == OWN or KEPT.fullmatch(kept)):
        wrong.append(f"Cache-Control: {kept}")
    policy = answer.get("Content-Security-Policy", "")
    if "unsafe" in policy or "default-src 'none'" not in policy:
        wrong.append(f"Content-Security-Policy: {policy}")
    if "html" in answer.get("Content-Type", ""):
        wrong += page_faults(answer.content.decode(), policy)
    for name, cookie in answer.cookies.items():
        if not cookie["httponly"] or cookie["samesite"] not in ("Lax", "Strict"):
            wrong.append(f"cookie {name} is for scripts or other sites too")
    return wrong


def page_faults(text: str, policy: str) -> list[str]:
    """Scripts without the nonce of this very answer, and whatever stands inside the page."""
    (nonce,) = re.findall(r"script-src 'nonce-([^']{20,})'", policy)
    wrong = [
        f"script {attributes}"
        for attributes, inside in _SCRIPT.findall(text)
        if f'nonce="{nonce}"' not in attributes or "src=" not in attributes or inside.strip()
    ]
    wrong += [f"inline {found[0]}" for found in _INLINE.finditer(text)]
    return wrong + ["style element"] * ("<style" in text)


def test_every_page_runs_its_own_files_alone_and_is_kept_by_nobody(scene: PortalScene) -> None:
    readers = Readers(scene)
    found = {name: faults_of(answer) for name, answer in readers.answers.items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_every_endpoint_answers_with_data_that_no_cache_keeps(scene: PortalScene) -> None:
    steward = scene.clients["steward", "owner"]
    found = {each.name: faults_of(play(scene, steward, each)) for each in endpoints()}
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    "address", ["/sign-in", "/api/docs/", "/open", "/problems", "/healthz", "/no-such-page", "/"]
)
def test_strangers_are_told_the_same(db: None, address: str) -> None:
    assert faults_of(Client().get(address)) == []
