"""A real Chromium against a real server; left out, saying so, where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from accounts.models import Member
from tests.exchanges import receiver, store_dir, syncing, target, world
from tests.portal import browser_of

__all__ = ["chromium", "receiver", "store_dir", "syncing", "target", "visit", "world"]

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The Chromium that is installed on this machine.

    While it runs, an event loop runs in this thread: Django has to be told that the tests' own
    queries are made between its calls.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium fonts-noto-cjk")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as tools:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        started = tools.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(chromium: Browser, live_server: Any) -> Iterator[Callable[..., BrowserContext]]:
    """``visit(member, language)``: a browser in which the person signed in."""
    opened: list[BrowserContext] = []

    def enter(
        member: Member | None = None, language: str = "zh-hans", **more: Any
    ) -> BrowserContext:
        context = chromium.new_context(
            base_url=live_server.url, **{"viewport": WIDE, "reduced_motion": "reduce", **more}
        )
        cookies = [(settings.LANGUAGE_COOKIE_NAME, language)]
        if member is not None:
            session = browser_of(member).cookies[settings.SESSION_COOKIE_NAME].value
            cookies.append((settings.SESSION_COOKIE_NAME, session))
        context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies]
        )
        opened.append(context)
        return context

    yield enter
    for context in opened:
        context.close()
