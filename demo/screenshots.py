"""python -m demo.screenshots: a picture of every page of the demonstration that is running.

One of each kind, wide and as on a telephone, into docs/screenshots/; of what a kind shows the
example with the most on it. The pictures that the documentation shows are kept, the others are
for those who build pages.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from demo.checks import Difference
from demo.registers import Stage
from demo.report import say

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Who looks: each finds what those before did not find.
VISITORS = (
    *("civil.admin", "civil.steward", "civil.head", "tax.steward", "tax.head"),
    *("education.steward", "data.review", "auditor", "security", "operator"),
)
# The pictures of the documentation: the page's kind -> who looks, and the picture's name.
KEPT = {
    "home-civil-admin": ("civil.admin", "home"),
    "systems_id": ("civil.admin", "system"),
    "cases_id": ("civil.admin", "zombie"),
    "resources_id": ("civil.steward", "entry"),
    "catalogue": ("civil.steward", "catalogue"),
    "requests_id": ("civil.steward", "request"),
    "grants_id": ("civil.steward", "grant"),
    "datasets_id": ("civil.steward", "dataset"),
    "subscriptions_id": ("tax.steward", "subscription"),
    "dashboard": ("data.review", "dashboard"),
    "dashboard_supply": ("data.review", "supply"),
    "audit_verification": ("auditor", "audit"),
}
# An example is chosen from so many of a kind.
_EXAMPLES = 4
_MOST_PAGES = 200
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/|$)")
_NO_PAGES = ("as=", "/export", "/template", "/documents/", "/api/", "/static/", "/sign-out")
_FILE = re.compile(r"\.(jsonld|ttl|rdf|json|xml|csv|xlsx|yaml|pdf|parquet)$")


@dataclass
class Kind:
    """Pages alike in all but their data: where they were found."""

    name: str
    visitor: str
    examples: dict[str, int] = field(default_factory=dict)

    @property
    def best(self) -> str:
        """The example with the most on it; a plain address before one with a query."""
        return max(self.examples, key=lambda one: ("?" not in one, self.examples[one]))


class Camera:
    """Goes through the portal as one person after another."""

    def __init__(self, browser: Browser, url: str, stage: Stage) -> None:
        self.browser, self.url, self.stage = browser, url, stage
        self.taken: dict[str, str] = {}

    def walk(self, visitor: str) -> None:
        """Take what this person sees and nobody before saw."""
        password = self.stage.password(visitor)
        if visitor == "operator":
            password = self.stage.operator_password
        context = self.browser.new_context(
            base_url=self.url, viewport=WIDE, locale="zh-CN", reduced_motion="reduce"
        )
        page = context.new_page()
        _sign_in(page, visitor, password)
        for kind in self._kinds(context, visitor):
            self._take(page, kind)
        context.close()

    def _kinds(self, context: BrowserContext, visitor: str) -> Iterator[Kind]:
        """The kinds of pages that lead from the home page, new ones alone."""
        known: dict[str, Kind] = {}
        waiting = ["/"]
        while waiting and len(known) < _MOST_PAGES:
            address = waiting.pop(0)
            name = kind_of(address)
            kind = known.setdefault(name, Kind(name, visitor))
            if address in kind.examples or len(kind.examples) >= _EXAMPLES:
                continue
            kind.examples[address] = 0
            size, links = read(context, address)
            if size:
                kind.examples[address] = size
                waiting += links
            else:
                del kind.examples[address]
        for name, kind in known.items():
            mine = f"{name}-{visitor.replace('.', '-')}" if name == "home" else name
            is_wanted = mine not in self.taken or KEPT.get(mine, ("",))[0] == visitor
            if is_wanted and kind.examples:
                self.taken.setdefault(mine, visitor)
                yield Kind(mine, visitor, kind.examples)

    def _take(self, page: Page, kind: Kind) -> None:
        """The wide picture and the narrow one."""
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            answer = page.goto(kind.best, wait_until="load")
            file = FOLDER / f"{kind.name}.{size['width']}.png"
            page.screenshot(path=file, full_page=True)
            visitor, picture = KEPT.get(kind.name, ("", ""))
            if size is WIDE and kind.visitor == visitor:
                page.screenshot(path=FOLDER / f"{picture}.png")
        status = answer.status if answer else 0
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        faults = [f"answers {status}"] * (status != 200) + [f"{over} px too wide"] * (over > 0)
        said = f"   {', '.join(faults)}" if faults else ""
        say(f"  {kind.name:44} {kind.visitor:18} {kind.best}{said}")


def kind_of(address: str) -> str:
    """The address as a name: identifiers and the query left out."""
    path = _ID.sub("id", urlsplit(address).path).strip("/")
    return re.sub(r"[^a-z0-9-]+", "_", path) or "home"


def read(context: BrowserContext, address: str) -> tuple[int, list[str]]:
    """How much the page says, and where it leads to inside the portal; 0 of what is no page."""
    answer = context.request.get(address)
    if not answer.ok or "html" not in answer.headers.get("content-type", ""):
        return 0, []
    text = answer.text()
    found = re.findall(r'<a [^>]*?href="(/[^"#]*)', text)
    links = [
        link.replace("&amp;", "&")
        for link in found
        if not any(part in link for part in _NO_PAGES) and not _FILE.search(urlsplit(link).path)
    ]
    return len(text), links


def _sign_in(page: Page, visitor: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("用户名").fill(visitor)
    page.get_by_label("密码").fill(password)
    page.locator("main button").click()
    page.wait_for_load_state()
    if urlsplit(page.url).path == "/sign-in":
        raise Difference(f"{visitor} cannot sign in: is it the demonstration that runs there?")


def main() -> int:
    """Take all pictures; exit code 2 without a demonstration or a Chromium."""
    url = os.environ.get("SHUQIAO_URL", "").rstrip("/")
    password = os.environ.get("DEMO_OPERATOR_PASSWORD", "")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not (url and password):
        print("there is no demonstration to look at; start it with: make screenshots")
        return 2
    if chromium is None:
        print("Chromium is not installed; on Debian: apt-get install chromium fonts-noto-cjk")
        return 2
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        camera = Camera(browser, url, Stage(url, password))
        for visitor in sys.argv[1:] or VISITORS:
            camera.walk(visitor)
        browser.close()
    say(f"{len(camera.taken)} pages, each 1440 and 390 pixels wide, in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
