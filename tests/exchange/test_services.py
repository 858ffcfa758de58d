"""What a service change is: who is served, who has agreed, what takes something from readers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.actions.grants import revoke_grant, suspend_grant
from exchange.dataplane.schema import Item, Schema
from exchange.errors import ChangeNotCleared
from exchange.models import ServiceChange, ServiceReply
from exchange.services import (
    breaks_readers,
    require_cleared,
    served_departments,
    silent_departments,
)


def announced(world, state="announced", days=0, kind="stop"):
    return ServiceChange.objects.create(
        dataset=world.dataset,
        department=world.provider,
        kind=kind,
        reason="停用",
        effective_on=timezone.localdate() + timedelta(days=days),
        announced_by=world.people["head"].user_id,
        state=state,
    )


def agreed(world, change, agrees=True):
    return ServiceReply.objects.create(
        announcement=change,
        department=world.requester,
        agrees=agrees,
        replied_by=world.people["asker_head"].user_id,
    )


def test_those_served_hold_a_running_grant(world):
    assert served_departments(world.dataset) == []
    grant = world.grant()
    assert served_departments(world.dataset) == [world.requester.pk]
    suspend_grant(grant, actor=world.actor("head"), reason="疑似超范围")
    assert served_departments(world.dataset) == [world.requester.pk]
    revoke_grant(grant, actor=world.actor("head"), reason="停止")
    assert served_departments(world.dataset) == []


def test_where_nobody_is_served_nothing_is_to_be_cleared(world):
    require_cleared(world.dataset, "stop")


def test_without_an_announcement_nothing_is_cleared(world):
    world.grant()
    with pytest.raises(ChangeNotCleared) as refused:
        require_cleared(world.dataset, "stop")
    assert refused.value.facts["served"] == [str(world.requester.pk)]


@pytest.mark.parametrize("agrees", [None, False])
def test_silence_and_dissent_hold_it_back_until_it_is_filed(world, agrees):
    world.grant()
    change = announced(world)
    if agrees is not None:
        agreed(world, change, agrees)
    assert silent_departments(change) == [world.requester.pk]
    with pytest.raises(ChangeNotCleared) as refused:
        require_cleared(world.dataset, "stop")
    assert refused.value.facts["waiting"] == [str(world.requester.pk)]
    change.change(state="filed")
    require_cleared(world.dataset, "stop")


def test_agreed_by_all_it_is_cleared_from_its_day_on(world):
    world.grant()
    change = announced(world, days=1)
    agreed(world, change)
    with pytest.raises(ChangeNotCleared, match="announced for"):
        require_cleared(world.dataset, "stop")
    change.change(effective_on=timezone.localdate())
    require_cleared(world.dataset, "stop")


def test_an_announcement_clears_its_own_kind_while_it_stands(world):
    world.grant()
    change = announced(world, kind="change")
    agreed(world, change)
    with pytest.raises(ChangeNotCleared):
        require_cleared(world.dataset, "stop")
    change.change(kind="stop", state="withdrawn")
    with pytest.raises(ChangeNotCleared):
        require_cleared(world.dataset, "stop")


def schema(*names, type="string"):
    items = [Item("code", "string", required=True), *(Item(name, type) for name in names)]
    return Schema(tuple(items), ("code",))


def test_an_item_that_goes_breaks_readers_and_one_that_comes_does_not():
    assert breaks_readers(schema("name"), schema())
    assert breaks_readers(schema("name"), schema("name", type="date"))
    assert not breaks_readers(schema("name"), schema("name", "level"))
