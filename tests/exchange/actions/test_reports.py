"""What the exchange reports of systems: complete days, each counted once."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actions.trail import seal_audit
from accounts.actor import CLOCK
from accounts.models import Credential, EvidenceBlock, SignalFact
from exchange.actions.deliveries import deliver_due
from exchange.actions.lookups import lookup_records
from exchange.actions.reads import read_changes, read_table
from exchange.actions.reports import report_signals
from exchange.actions.subscriptions import pause_subscription
from exchange.calls import Call
from kernel.errors import Forbidden
from tests.factories.accounts import CredentialFactory
from tests.factories.exchange import PURPOSE, make_world, row
from tests.factories.interfaces import call as call_by
from tests.factories.interfaces import register
from tests.factories.signals import day, known_days

KINDS = (
    "batch_published",
    "call_provided",
    "call_consumed",
    "subscriptions_open",
    "credential_use",
)


def known(system):
    """Kind -> day -> number, of what the exchange reports."""
    return {kind: days for kind in KINDS if (days := known_days(system, kind))}


def report_tomorrow():
    noon = timezone.localtime().replace(hour=12) + timedelta(days=1)
    with time_machine.travel(noon, tick=False):
        return report_signals(actor=CLOCK)


def test_batches_are_reported_once_their_day_is_over(world):
    world.publish([row("110101")])
    world.publish([row("110102")])
    assert report_signals(actor=CLOCK) == 0
    assert report_tomorrow() == 1
    assert report_tomorrow() == 0
    assert known(world.publisher) == {"batch_published": {day(0): 2}}
    fact = SignalFact.objects.get()
    assert (fact.source, fact.reference) == ("exchange", day(0))


def test_reads_and_look_ups_are_calls_of_both_sides(db):
    world = make_world(is_queryable=True)
    world.publish([row("110101")])
    lane, reader = world.subscribe(), world.actor("reader")
    read_changes(lane, actor=reader, cursor=None, limit=10)
    read_table(lane, actor=reader, format="csv")
    call = Call(purpose=PURPOSE)
    lookup_records(world.dataset, actor=reader, where={"code": "110101"}, call=call)
    report_tomorrow()
    assert known(world.reader) == {
        "call_consumed": {day(0): 3},
        "subscriptions_open": {day(-1): 1},
    }
    assert known(world.publisher) == {
        "batch_published": {day(0): 1},
        "call_provided": {day(0): 3},
        "subscriptions_open": {day(-1): 1},
    }


def test_a_delivery_that_arrived_is_a_call(world, receiver):
    world.subscribe(mode="webhook", url=receiver.url)
    world.publish([row("110101")])
    world.publish([row("110102")])
    deliver_due(actor=CLOCK)
    report_tomorrow()
    assert known_days(world.reader, "call_consumed") == {day(0): 2}
    assert known_days(world.publisher, "call_provided") == {day(0): 2}


def test_the_trail_is_read_from_the_last_block_before_the_window(world):
    world.publish([row("110101")])
    lane, reader = world.subscribe(), world.actor("reader")
    read_changes(lane, actor=reader, cursor=None, limit=10)
    seal_audit()
    EvidenceBlock.objects.update(sealed_at=timezone.now() - timedelta(days=9))
    read_table(lane, actor=reader, format="csv")
    report_tomorrow()
    assert known_days(world.reader, "call_consumed") == {day(0): 1}


def test_only_active_subscriptions_are_open(world):
    lane = world.subscribe()
    world.subscribe()
    pause_subscription(lane, actor=world.actor("asker"), reason="检修")
    report_signals(actor=CLOCK)
    assert known_days(world.reader, "subscriptions_open") == {day(0): 1}


def test_a_used_key_shows_on_its_day_and_on_the_next_one(world):
    CredentialFactory(system=world.reader, last_used_at=timezone.now() - timedelta(days=1))
    CredentialFactory(system=world.publisher, last_used_at=timezone.now() - timedelta(days=30))
    CredentialFactory(system=world.publisher)
    report_signals(actor=CLOCK)
    Credential.objects.filter(system=world.reader).update(last_used_at=timezone.now())
    report_signals(actor=CLOCK)
    report_signals(actor=CLOCK)
    assert known(world.reader) == {"credential_use": {day(1): 1, day(0): 1}}
    assert known(world.publisher) == {}


def test_a_person_without_the_right_reports_nothing(world):
    with pytest.raises(Forbidden):
        report_signals(actor=world.actor("head"))
    assert not SignalFact.objects.exists()


def test_a_call_of_an_interface_is_one_of_both_sides(world, provider):
    provider.answer = {"data": {"rows": []}}
    world.grant()
    call_by(register(world, provider.url), world)
    assert report_tomorrow() == 2
    assert known(world.publisher) == {"call_provided": {day(0): 1}}
    assert known(world.reader) == {"call_consumed": {day(0): 1}}
