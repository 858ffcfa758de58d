"""What a grant opens at this moment."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.vocabulary import ShareMode
from exchange.errors import GrantEnded, ItemNotGranted, ModeNotGranted, NotGranted, NotThePublisher
from exchange.rights import (
    grant_for_lookup,
    granted_schema,
    live_grant,
    only_granted,
    readable,
    require_publisher,
)
from kernel.errors import Forbidden
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import GRANTED
from tests.people import actor_for


@pytest.fixture
def grant(world):
    return world.grant()


def test_a_grant_in_force_is_read_anew_each_time(world, grant):
    assert live_grant(grant.pk) == grant
    type(grant).objects.update(state="revoked")
    with pytest.raises(GrantEnded):
        live_grant(grant.pk)


def test_a_grant_ends_with_its_last_day(grant):
    today = timezone.localdate()
    grant.change(ends_on=today)
    assert live_grant(grant.pk)
    grant.change(ends_on=today - timedelta(days=1))
    with pytest.raises(GrantEnded):
        live_grant(grant.pk)


def test_the_schema_of_a_grant_is_cut_to_its_items_in_the_schemas_order(world, grant):
    grant.change(items=["level", "code"])
    schema = granted_schema(live_grant(grant.pk), world.dataset)
    assert (schema.names, schema.key) == (("code", "level"), ("code",))


def test_an_entry_moved_to_not_shared_opens_nothing(world, grant):
    world.resource.published.change(share_type="not_shared")
    with pytest.raises(GrantEnded):
        granted_schema(live_grant(grant.pk), world.dataset)


def test_the_share_type_of_an_item_goes_before_the_entrys(world, grant):
    world.resource.published.change(share_type="not_shared")
    world.resource.published.items.update(share_type="conditional")
    assert granted_schema(live_grant(grant.pk), world.dataset).names == tuple(GRANTED)


def test_an_ended_subscription_is_not_readable(world, grant):
    lane = world.subscribe(grant=grant)
    assert readable(lane) == grant
    type(lane).objects.update(state="ended")
    with pytest.raises(GrantEnded):
        readable(lane)


def test_another_way_than_the_granted_one_is_refused(world, grant):
    lane = world.subscribe(grant=grant)
    grant.change(modes=["interface"])
    with pytest.raises(ModeNotGranted):
        readable(lane)
    assert readable(lane, ShareMode.INTERFACE) == grant


def test_look_ups_take_the_youngest_grant_of_the_system(world, grant):
    newer = world.grant(["code"])
    assert grant_for_lookup(world.dataset, world.actor("reader")) == newer
    newer.change(state="revoked")
    assert grant_for_lookup(world.dataset, world.actor("reader")) == grant
    with pytest.raises(NotGranted):
        grant_for_lookup(world.dataset, world.actor("publisher"))


def test_a_name_that_is_not_granted_is_named(world, grant):
    schema = granted_schema(grant, world.dataset)
    assert only_granted(["code"], schema, "items") == ["code"]
    with pytest.raises(ItemNotGranted) as refused:
        only_granted(["code", "contact"], schema, "items")
    assert "'contact'" in refused.value.facts["errors"][0]["detail"]


def test_the_named_system_and_the_steward_publish(world):
    require_publisher(world.dataset, world.actor("publisher"))
    require_publisher(world.dataset, world.actor("steward"))
    with pytest.raises(NotThePublisher):
        require_publisher(world.dataset, actor_for(SystemFactory(department=world.provider)))
    with pytest.raises(Forbidden):
        require_publisher(world.dataset, world.actor("reader"))
