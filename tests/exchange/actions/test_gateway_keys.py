"""Keys for the gateways' ways of signing: issued, refreshed, revoked, forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import SystemNotRunning
from exchange.actions.gateway_keys import (
    issue_gateway_key,
    refresh_gateway_key,
    revoke_gateway_key,
)
from exchange.models import GatewayKey
from kernel.errors import Conflict, Forbidden, IllegalMove
from kernel.sealing import unseal
from tests.people import actor_for, member_with


@pytest.fixture
def admin(world):
    return actor_for(member_with(("department_admin",), world.requester))


@pytest.fixture
def issued(world, admin):
    return issue_gateway_key(world.reader, actor=admin, dialect="national")


def test_the_secret_is_sealed_and_in_no_trail(issued, trail):
    key, secret = issued
    assert secret not in key.sealed_key
    assert unseal(key.sealed_key) == secret
    assert secret not in str(trail("gateway_key.issued"))


def test_a_system_has_two_living_keys_of_a_dialect_at_most(world, admin, issued):
    issue_gateway_key(world.reader, actor=admin, dialect="national")
    with pytest.raises(Conflict):
        issue_gateway_key(world.reader, actor=admin, dialect="national")
    revoke_gateway_key(issued[0], actor=admin)
    issue_gateway_key(world.reader, actor=admin, dialect="national")
    issue_gateway_key(world.reader, actor=admin, dialect="provincial")


def test_only_the_departments_administrator_issues(world, unchanged):
    for who in ("asker", "asker_head", "steward", "reader"):
        with unchanged(), pytest.raises(Forbidden):
            issue_gateway_key(world.reader, actor=world.actor(who), dialect="national")


def test_a_retired_system_gets_none(world, admin):
    world.reader.state = "retired"
    world.reader.save()
    with pytest.raises(SystemNotRunning):
        issue_gateway_key(world.reader, actor=admin, dialect="national")


def test_a_working_secret_stays_the_same_for_half_its_life(world, issued, trail):
    key, reader = issued[0], world.actor("reader")
    first, ends_at = refresh_gateway_key(key, actor=reader)
    assert refresh_gateway_key(key, actor=reader) == (first, ends_at)
    GatewayKey.objects.update(secret_ends_at=timezone.now() + timedelta(hours=11))
    assert refresh_gateway_key(key, actor=reader)[0] != first
    assert len(trail("gateway_key.refreshed")) == 2
    assert first not in str(trail("gateway_key.refreshed"))


def test_a_revoked_key_stays_revoked(admin, issued):
    revoke_gateway_key(issued[0], actor=admin)
    with pytest.raises(IllegalMove):
        revoke_gateway_key(issued[0], actor=admin)
