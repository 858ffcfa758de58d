"""Looking at a page: its width, what axe finds, what the console says."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.conftest import NARROW, WIDE

_SHAPE = """() => [...new Set(
  [...document.querySelectorAll("main *")].map((node) => node.tagName + "." + node.className)
)].sort()"""
# Pages alike in all but their data and their language are measured once: axe takes its time.
_MEASURED: set[tuple[str, ...]] = set()
# Only what is said of faults is computed.
_AXE = {"resultTypes": ["violations"]}
# Files, the API, and what a connected database of somebody else would answer.
_NO_PAGES = (
    *("as=", "/export", "/template", ".jsonld", ".ttl", ".rdf", ".json", ".xml", "/api/"),
    *("/static/", "/documents/", "/marked", "/tables", "/table?"),
)


class Look:
    """One person's browser, and what is wrong with the pages seen in it."""

    def __init__(self, page: Page, faults: list[str]) -> None:
        self.page, self.faults = page, faults
        self.is_listening = True
        page.set_viewport_size(NARROW)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._say(f"script: {error}"))

    def at(self, address: str) -> list[str]:
        """Look at the page; where it leads to."""
        answer = self.page.goto(address)
        status = answer.status if answer else 0
        if status != 200:
            self._say(f"answers {status}")
            return []
        if "html" not in (answer.headers.get("content-type", "") if answer else ""):
            return []
        self._check_width()
        self._check_access()
        return links_in(self.page.content())

    def _check_width(self) -> None:
        over = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            self._say(f"{over} pixels wider than a telephone")

    def _check_access(self) -> None:
        shape = tuple(self.page.evaluate(_SHAPE))
        if shape in _MEASURED:
            return
        _MEASURED.add(shape)
        # Axe sets styles of its own to measure contrast, which our policy refuses it.
        self.is_listening = False
        self.page.set_viewport_size(WIDE)
        found = Axe().run(self.page, options=_AXE).response["violations"]
        self.page.set_viewport_size(NARROW)
        self.page.wait_for_timeout(50)
        self.is_listening = True
        for one in found:
            if one["impact"] in ("serious", "critical"):
                places = "; ".join(node["html"][:120] for node in one["nodes"][:3])
                self._say(f"axe {one['id']}: {places}")

    def _console(self, message: ConsoleMessage) -> None:
        if self.is_listening and message.type == "error":
            self._say(f"console: {message.text[:200]}")

    def _say(self, fault: str) -> None:
        self.faults.append(f"{self.page.url.partition('//')[2].partition('/')[2]} {fault}")


def kind_of(address: str) -> str:
    """Pages of one kind have the same name."""
    return re.sub(r"[0-9a-f-]{36}|(?<=/)\d+(?=/|$)", "<id>", address.split("?")[0])


def links_in(text: str) -> list[str]:
    """Where the page's links lead to inside the portal, files left out."""
    found = re.findall(r'<a [^>]*?href="(/[^"#]*)', text)
    return [
        link.replace("&amp;", "&") for link in found if not any(part in link for part in _NO_PAGES)
    ]
