"""Every page of the portal in a real browser, as every role: whole, readable by all, in one
language, and no wider than a telephone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from accounts.permissions import Role
from catalog.vocabulary import FORMAT_TYPES
from tests.browser.conftest import NARROW, WIDE
from tests.browser.scene import PEOPLE, make_scene

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MOST_PAGES = 60
_SHAPE = """() => [...new Set(
  [...document.querySelectorAll("main *")].map((node) => node.tagName + "." + node.className)
)].sort()"""
# Together they reach every page; each role walks the portal in Chinese.
ENGLISH = (Role.OPERATOR, Role.AUTHORITY, Role.STEWARD)
WALKS = [*((role, "zh-hans") for role in PEOPLE), *((role, "en") for role in ENGLISH)]
# Names that are the same in both languages.
NEUTRAL = {
    *("API", "CSV", "Excel", "English", "JSON", "data", "json", "Turtle", "RDF", "XML", "RFC"),
    *("CPU", "JPEG", "MiB", "OFD", "PDF", "PNG", "Word"),
    *("name", "mysql", "无条件", "xlsx", "csv", "UTF"),
    *("blob", "text", "DCAT", "Parquet", "curl", "Python"),
    *re.findall(r"[A-Za-z]{3,}", " ".join(" ".join(types) for types in FORMAT_TYPES.values())),
}
_CHINESE, _LATIN = re.compile(r"[\u4e00-\u9fff]+"), re.compile(r"[A-Za-z]{3,}")
_TEXTS = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (node.closest("code, pre, kbd, script, .request, .language, dialog")) continue;
    texts.push(walker.currentNode.textContent.trim());
  }
  for (const name of ["aria-label", "placeholder", "data-label", "title"])
    for (const node of document.querySelectorAll(`[${name}]`)) texts.push(node.getAttribute(name));
  return texts.filter(Boolean);
}"""


# Pages alike in all but their data and their language are measured once: axe takes its time.
_MEASURED: set[tuple[str, ...]] = set()
# Only what is said of faults is computed.
_AXE = {"resultTypes": ["violations"]}


class Walk:
    """Pages of one role: where they lead, and what is wrong with each."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language
        page.set_viewport_size(NARROW)
        self.is_listening = True
        self.faults: list[str] = []
        self.seen: dict[str, int] = {}
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._say(f"script: {error}"))

    def go(self, start: str) -> None:
        """Look at the page and at every page that it leads to, one of each kind."""
        waiting = [start]
        kinds: set[str] = set()
        while waiting and len(self.seen) < MOST_PAGES:
            address = waiting.pop(0)
            kind = re.sub(r"[0-9a-f-]{36}", "<id>", address.split("?")[0])
            if kind in kinds:
                continue
            kinds.add(kind)
            waiting += self._look(address)

    def _look(self, address: str) -> list[str]:
        answer = self.page.goto(address)
        status = answer.status if answer else 0
        self.seen[address] = status
        if status != 200:
            self._say(f"answers {status}")
            return []
        self._check_width()
        self._check_language()
        self._check_access()
        links = self.page.eval_on_selector_all(
            "a[href]", "nodes => nodes.map(node => node.getAttribute('href'))"
        )
        return [link for link in links if _is_ours(link)]

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

    def _check_width(self) -> None:
        over = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            self._say(f"{over} pixels wider than a telephone")

    def _check_language(self) -> None:
        if "/problems" in self.page.url:
            # The API's reference: names of headers and laws stand in both languages.
            return
        foreign = _CHINESE if self.language == "en" else _LATIN
        for text in self.page.evaluate(_TEXTS):
            if set(foreign.findall(text)) - NEUTRAL:
                self._say(f"not in {self.language}: {text[:80]!r}")

    def _console(self, message: ConsoleMessage) -> None:
        if self.is_listening and message.type == "error":
            self._say(f"console: {message.text[:200]}")

    def _say(self, fault: str) -> None:
        self.faults.append(f"{self.page.url.partition('//')[2].partition('/')[2]} {fault}")


def _is_ours(link: str) -> bool:
    files = ("as=", "/export", "/template", ".jsonld", ".ttl", ".rdf", ".json", ".xml", "/api/")
    return link.startswith("/") and not any(part in link for part in files)


@pytest.mark.parametrize(("role", "language"), WALKS)
def test_every_page_is_whole_readable_and_of_one_language(
    visit: Any, role: Role, language: str
) -> None:
    members = make_scene(language)
    walk = Walk(visit(members[role], language).new_page(), language)
    walk.go("/")
    assert "\n".join(walk.faults) == ""
    assert len(walk.seen) >= 5


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_strangers_find_the_entrance_and_the_open_data(visit: Any, language: str) -> None:
    make_scene(language)
    walk = Walk(visit(None, language).new_page(), language)
    for address in ("/sign-in", "/open/"):
        walk.go(address)
    assert "\n".join(walk.faults) == ""


def test_without_javascript_a_list_is_searched_and_a_step_taken(visit: Any) -> None:
    members = make_scene("zh-hans")
    page = visit(members[Role.DEPARTMENT_ADMIN], java_script_enabled=False).new_page()
    page.goto("/cases")
    page.get_by_role("combobox", name="状态").select_option("notified")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="低保信息系统 n").click()
    page.get_by_label("答复", exact=True).select_option("retire")
    page.get_by_role("button", name="答复").click()
    assert page.get_by_role("status").inner_text() == "答复已提交。"
