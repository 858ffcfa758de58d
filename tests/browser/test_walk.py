"""Every page of the portal in a real browser, in both languages: whole, readable by all, and no
wider than a telephone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.permissions import Role
from tests.architecture.pages import Readers, browsers_of
from tests.architecture.portalscene import PortalScene
from tests.browser.scene import make_scene
from tests.browser.walking import Look, kind_of, links_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# Parts that go side by side; each looks at its share of the pages.
PARTS = 4
MOST_KINDS = 250


@pytest.fixture
def scene(official_calendar: None) -> PortalScene:
    """One of everything, and a person of each role in its department."""
    return PortalScene()


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_whole_and_readable_by_all(visit: Any, scene: PortalScene, part: int) -> None:
    readers = Readers(scene, part, PARTS)
    shown = {name: (role, address) for name, role, address in readers.seen}
    faults: list[str] = []
    for language in ("zh-hans", "en"):
        looks: dict[str, Look] = {}
        for name in sorted(shown.keys() - readers.files):
            role, address = shown[name]
            if role not in looks:
                member = scene.people[role, "owner"]
                looks[role] = Look(visit(member, language).new_page(), faults)
            looks[role].at(address)
    assert "\n".join(faults) == ""


def test_every_link_of_every_role_leads_to_a_page(scene: PortalScene) -> None:
    broken: list[str] = []
    for role, browser in browsers_of(scene).items():
        broken += [f"{role}: {fault}" for fault in _broken(browser)]
    assert "\n".join(broken) == ""


def _broken(browser: Client) -> list[str]:
    """Links that lead nowhere, of pages of every kind from the first one on."""
    waiting, kinds, broken = [("/", "")], set(), []
    while waiting and len(kinds) < MOST_KINDS:
        address, origin = waiting.pop(0)
        if kind_of(address) in kinds:
            continue
        kinds.add(kind_of(address))
        answer = browser.get(address)
        if answer.status_code not in (200, 302):
            broken.append(f"{origin} -> {address}: {answer.status_code}")
        elif not getattr(answer, "streaming", False):
            waiting += [(link, address) for link in links_in(answer.content.decode())]
    return broken


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_strangers_find_the_entrance_and_the_open_data(visit: Any, language: str) -> None:
    make_scene(language)
    faults: list[str] = []
    look = Look(visit(None, language).new_page(), faults)
    for address in ("/sign-in", "/open/"):
        for link in [address, *look.at(address)][:12]:
            if link.startswith("/open") or link == address:
                look.at(link)
    assert "\n".join(faults) == ""


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
