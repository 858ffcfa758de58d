"""Addresses of rows as the URL conf gives them, and tables shown a part at a time."""

from uuid import uuid4

import pytest
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from kernel.pages import Part, address_of, link


@pytest.mark.parametrize("name", ["system", "resource", "grant", "sync-run"])
def test_the_address_of_a_row_is_that_of_the_url_conf(name):
    pk = uuid4()
    assert address_of(name, pk) == reverse(name, args=[pk])


def test_rows_may_be_numbered():
    assert address_of("audit-entry", 12) == reverse("audit-entry", args=[12])


def test_a_name_without_rows_has_no_such_address():
    with pytest.raises(NoReverseMatch):
        address_of("home", uuid4())


def test_what_is_empty_is_left_out_of_an_address():
    assert link("systems", q="a b", state="", page=None) == "/systems?q=a+b"


def part(query):
    return Part.of(RequestFactory().get(f"/scorecard?{query}"), list(range(120)))


def test_a_table_is_shown_fifty_lines_at_a_time_and_keeps_what_was_asked():
    first, last = part("sort=score"), part("sort=score&page=3")
    assert (list(first.page), first.previous_page) == (list(range(50)), "")
    assert first.next_page == "?sort=score&page=2"
    assert (list(last.page), last.next_page) == (list(range(100, 120)), "")
    assert last.previous_page == "?sort=score&page=2"


def test_a_part_that_there_is_not_is_the_nearest():
    assert part("page=9").page.number == 3
    assert part("page=x").page.number == 1
