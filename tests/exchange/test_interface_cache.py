"""Answers that are kept: for one grant in one edition, counted like any other, never in clear."""

import pytest

from exchange.actions.grants import revoke_grant
from exchange.errors import GrantEnded, QuotaExceeded
from exchange.models import Grant, GrantDay, UseEntry
from tests.factories.exchange import row, shown
from tests.factories.interfaces import call, register, rows_of

ONE = row("110101", "东城区")


@pytest.fixture
def interface(world, provider):
    provider.answer = {"data": {"rows": [ONE]}}
    return register(world, provider.url)


def test_a_kept_answer_is_given_again_to_the_same_grant_alone(world, interface, provider):
    interface.change(cache_seconds=60)
    grant = world.grant(calls_per_day=3)
    assert [call(interface, world).cached for _ in range(2)] == [False, True]
    assert len(provider.calls) == 1
    call(interface, world, "110102")
    assert len(provider.calls) == 2
    # What is kept is counted and written down like any other.
    assert GrantDay.objects.get().calls == 3
    assert UseEntry.objects.count() == 3
    with pytest.raises(QuotaExceeded):
        call(interface, world)
    Grant.objects.update(calls_per_day=None, masks={"name": {"kind": "full"}})
    assert rows_of(call(interface, world))[0]["name"] is None
    revoke_grant(grant, actor=world.actor("head"), reason="终止")
    with pytest.raises(GrantEnded):
        call(interface, world)


def test_an_item_that_the_catalogue_closes_is_gone_at_once_from_the_cache_too(
    world, interface, provider
):
    interface.change(cache_seconds=60)
    world.grant()
    assert "level" in rows_of(call(interface, world))[0]
    world.edition(level={"share_type": "not_shared"})
    assert "level" not in rows_of(call(interface, world))[0]


def test_a_cache_that_is_away_costs_a_call_and_nothing_else(world, interface, settings):
    location = {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": settings.CACHES["default"] | location}
    interface.change(cache_seconds=60)
    world.grant()
    assert rows_of(call(interface, world)) == [shown(ONE)]
