"""The main menu: to each the places where they find something, and where they are now."""

import pytest

from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


def places(page):
    return page.split('id="menu"')[1].split("</nav>")[0]


def test_each_finds_the_places_of_their_roles(department):
    steward = places(text(browser_of(member_with(("steward",), department)).get("/")))
    assert "/cases" in steward
    assert "/resources" in steward
    operator = places(text(browser_of(member_with(("operator",), department)).get("/")))
    assert "/cases" not in operator
    assert "/resources" not in operator
    assert "/catalogue" in operator


def test_the_menu_says_where_one_is(department):
    menu = places(text(browser_of(member_with(("steward",), department)).get("/systems?q=a")))
    assert menu.count("aria-current") == 1
    assert 'href="/systems" aria-current="page"' in menu


def test_strangers_see_no_menu(client):
    assert 'id="menu"' not in text(client.get("/sign-in"))


def test_who_comes_later_finds_their_own_places_in_their_own_language(department):
    first = browser_of(member_with(("steward",), department))
    operator = browser_of(member_with(("operator",), department))
    assert "僵尸信息系统" in places(text(first.get("/account")))
    assert "/cases" not in places(text(operator.get("/account")))
    first.cookies["django_language"] = "en"
    assert "Zombie systems" in places(text(first.get("/account")))
    second = browser_of(member_with(("steward",), department))
    assert "僵尸信息系统" in places(text(second.get("/account")))
