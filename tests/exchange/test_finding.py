"""Records by one key each: calls side by side share statements, and each is told its own."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import CLOCK
from exchange import finding
from exchange.actions.upkeep import fold_due
from exchange.calls import Call
from exchange.dataplane.errors import Terminal
from exchange.finding import find_key
from exchange.openings import open_for
from tests.factories.exchange import PURPOSE, make_world, row


@pytest.fixture
def opening(db):
    world = make_world(is_queryable=True)
    world.publish([row("110101", "东城区"), row("110102", "西城区")])
    world.grant()
    fold_due(actor=CLOCK)
    world.dataset.refresh_from_db()
    return open_for(world.dataset, world.actor("reader"), Call(purpose=PURPOSE))


def party(opening, *keys):
    finder = opening.plan.finder(("code", "name"))
    return [finding._Asked(opening.dataset, finder, (key,)) for key in keys]


def test_the_row_of_a_key_is_found_as_it_is_stored_and_of_another_there_is_none(opening):
    finder = opening.plan.finder(("code", "name"))
    assert find_key(opening.dataset, finder, ("110101",)) == [("110101", "东城区")]
    assert find_key(opening.dataset, finder, ("999999",)) == []


def test_keys_that_wait_together_are_found_by_one_statement(opening, monkeypatch):
    asked = []
    real = finding.find_records
    monkeypatch.setattr(finding, "find_records", lambda *a: asked.append(a) or real(*a))
    found = finding._find_all(party(opening, "110102", "999999", "110101", "110102"))
    assert found == [[("110102", "西城区")], [], [("110101", "东城区")], [("110102", "西城区")]]
    assert len(asked) == 1


def test_a_key_that_is_refused_spoils_no_other(opening):
    found = finding._find_all(party(opening, "110101", "11\0", "110102"))
    assert [found[0], found[2]] == [[("110101", "东城区")], [("110102", "西城区")]]
    assert isinstance(found[1], Terminal)
    assert found[1].code == "value-refused"


def test_alone_the_refusal_is_raised_and_nothing_is_asked(opening):
    with CaptureQueriesContext(connection) as asked, pytest.raises(Terminal):
        finding._find_all(party(opening, "11\0"))
    assert list(asked) == []
