"""Addresses of rows: as the URL conf gives them."""

from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, reverse

from kernel.pages import address_of, link


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
