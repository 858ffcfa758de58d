"""How a person finds the way in the portal: by the menu, by headings, by what fields are called."""

from __future__ import annotations

from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect


def zh(text: str) -> str:
    """The text as the Chinese page says it."""
    with override("zh-hans"):
        return gettext(text)


def menu(page: Page, name: str) -> None:
    """Go by the main menu to a place, whose group is opened where it is folded."""
    places = page.get_by_role("navigation", name="主菜单")
    group = places.get_by_role("group").filter(has=page.get_by_text(name, exact=True))
    if group.get_attribute("open") is None:
        group.locator("summary").click()
    places.get_by_role("link", name=name, exact=True).click()


def press(page: Page, text: str) -> None:
    """Press the button of this (English) text, and agree if asked whether it is meant."""
    page.get_by_role("button", name=zh(text), exact=True).first.click()


def told(page: Page, text: str) -> None:
    """The page says this (English) text after a step."""
    expect(page.get_by_role("status").first).to_contain_text(zh(text))


def open_page(visit: object, member: object, address: str = "/") -> Page:
    """A new browser of this person, who agrees to every question."""
    page: Page = visit(member).new_page()  # type: ignore[operator]
    page.set_default_timeout(10_000)
    page.on("dialog", lambda asked: asked.accept())
    page.goto(address)
    return page
