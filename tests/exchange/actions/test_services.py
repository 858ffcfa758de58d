"""Stopping and changing services: announced, answered, filed, done; never behind backs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from exchange.actions.datasets import close_dataset, evolve_dataset
from exchange.actions.services import (
    announce_change,
    complete_change,
    file_change,
    reply_change,
    withdraw_change,
)
from exchange.errors import ChangeNotCleared
from exchange.models import Dataset, SchemaVersion, ServiceReply
from kernel.errors import Conflict, Forbidden, IllegalMove, Invalid
from tests.factories.exchange import make_world
from tests.people import actor_for, member_with


def announce(world, kind="stop", days=0):
    return announce_change(
        world.dataset,
        actor=world.actor("head"),
        kind=kind,
        reason="改由统计部门发布",
        replacement="统计局接口",
        effective_on=timezone.localdate() + timedelta(days=days),
    )


@pytest.fixture
def authority(db):
    return actor_for(member_with(("authority",), None))


def test_a_service_is_not_stopped_behind_the_backs_of_those_served(world, unchanged):
    world.grant()
    with unchanged(), pytest.raises(ChangeNotCleared):
        close_dataset(world.dataset, actor=world.actor("steward"))
    assert Dataset.objects.get().state == "open"


def test_everybody_served_is_told_and_after_consent_it_stops(world, trail):
    world.grant()
    change = announce(world)
    told = Notice.objects.get(verb="service.announced")
    assert told.department_id == world.requester.pk
    assert told.facts["effective_on"] == str(timezone.localdate())
    reply_change(change, actor=world.actor("asker_head"), agrees=True)
    with pytest.raises(Conflict, match="close the dataset first"):
        complete_change(change, actor=world.actor("head"))
    assert close_dataset(world.dataset, actor=world.actor("steward")).state == "closed"
    assert complete_change(change, actor=world.actor("head")).state == "completed"
    assert [verb for verb in trail() if verb.startswith("service.")] == [
        "service.announced",
        "service.replied",
        "service.completed",
    ]


def test_a_filing_stands_in_for_consent(world, authority, unchanged):
    world.grant()
    change = announce(world)
    reply_change(change, actor=world.actor("asker_head"), agrees=False, note="未联调")
    with unchanged(), pytest.raises(ChangeNotCleared):
        close_dataset(world.dataset, actor=world.actor("steward"))
    with unchanged(), pytest.raises(Forbidden):
        file_change(change, actor=world.actor("head"), number="1号")
    file_change(change, actor=authority, number="示数备〔2027〕3号")
    assert (change.state, change.filing_number) == ("filed", "示数备〔2027〕3号")
    assert close_dataset(world.dataset, actor=world.actor("steward")).state == "closed"


def test_an_item_is_not_taken_away_behind_the_backs_of_those_served(db, unchanged):
    world = make_world(compatibility="none")
    world.grant()
    world.edition(name={"data_type": "N"})
    with unchanged(), pytest.raises(ChangeNotCleared):
        evolve_dataset(world.dataset, actor=world.actor("steward"))
    change = announce(world, kind="change")
    reply_change(change, actor=world.actor("asker_head"), agrees=True)
    assert evolve_dataset(world.dataset, actor=world.actor("steward")).schema.number == 2
    assert complete_change(change, actor=world.actor("head")).state == "completed"


def test_what_takes_nothing_away_needs_no_announcement(world):
    world.grant()
    world.edition(mayor={"data_type": "C", "length": 20})
    evolve_dataset(world.dataset, actor=world.actor("steward"))
    assert SchemaVersion.objects.count() == 2


def test_the_last_word_of_a_department_counts(world):
    world.grant()
    change = announce(world)
    for agrees in (False, True):
        reply_change(change, actor=world.actor("asker_head"), agrees=agrees)
    assert ServiceReply.objects.get().agrees


def test_only_heads_of_departments_served_answer(world, unchanged):
    world.grant()
    change = announce(world)
    stranger = actor_for(member_with(("head",), None))
    for actor in (stranger, world.actor("asker"), world.actor("head")):
        with unchanged(), pytest.raises(Forbidden):
            reply_change(change, actor=actor, agrees=True)


def test_an_announcement_is_of_a_day_to_come_and_of_an_open_dataset(world, unchanged):
    with unchanged(), pytest.raises(Invalid):
        announce(world, days=-1)
    close_dataset(world.dataset, actor=world.actor("steward"))
    with unchanged(), pytest.raises(Conflict):
        announce(world)


def test_one_announcement_of_a_kind_runs_at_a_time(world, unchanged):
    change = announce(world)
    with unchanged(), pytest.raises(Conflict, match="already"):
        announce(world)
    announce(world, kind="change")
    withdraw_change(change, actor=world.actor("head"))
    assert announce(world).state == "announced"


def test_what_was_taken_back_can_be_neither_answered_nor_done(world, unchanged):
    world.grant()
    change = announce(world)
    withdraw_change(change, actor=world.actor("head"))
    assert Notice.objects.filter(verb="service.withdrawn").count() == 1
    with unchanged():
        with pytest.raises(Conflict):
            reply_change(change, actor=world.actor("asker_head"), agrees=True)
        with pytest.raises(Conflict):
            complete_change(change, actor=world.actor("head"))
        with pytest.raises(IllegalMove):
            withdraw_change(change, actor=world.actor("head"))
