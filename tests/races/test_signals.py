"""Telling the same facts at once, on a real PostgreSQL."""

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.actions.holds import place_hold
from accounts.actions.signals import record_heartbeat, record_signal
from accounts.actions.systems import retire_system
from accounts.errors import SystemHeld
from accounts.models import InformationSystem, SignalFact, SystemHold
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.signals import day, fact, known_days, ndjson, tell
from tests.people import actor_for, member_with

pytestmark = pytest.mark.django_db(transaction=True)
RIVALS = 8


@pytest.fixture
def department():
    return DepartmentFactory()


@pytest.fixture
def admin(department):
    return actor_for(member_with(("department_admin",), department))


def side_by_side(deeds):
    """Run all deeds at once, each in a thread of its own; their results."""
    gate = Barrier(len(deeds))

    def run(deed):
        try:
            gate.wait(timeout=20)
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [waiting.result(60) for waiting in [pool.submit(run, deed) for deed in deeds]]


def test_rivals_that_tell_overlapping_facts_count_each_once(department, admin):
    systems = [SystemFactory(department=department) for _ in range(5)]
    facts = [
        fact(systems[n % 5], 1 + n % 12, number=1, reference=f"r{n}", kind=kind)
        for n in range(600)
        for kind in ("login", "transaction")
    ]
    chance = random.Random(20261122)
    parts = [chance.sample(facts, 800) for _ in range(RIVALS)]
    told = side_by_side([lambda part=part: tell(ndjson(part), admin) for part in parts])
    union = {(line["reference"], line["kind"]) for part in parts for line in part}
    assert sum(each.new for each in told) == len(union) == SignalFact.objects.count()
    assert {each.accepted for each in told} == {800}
    assert {each.rejected for each in told} == {0}
    total = sum(
        sum(known_days(system, kind).values())
        for system in systems
        for kind in ("login", "transaction")
    )
    assert total == len(union)


def test_single_facts_heartbeats_and_bodies_meet_without_loss(department, admin):
    system = SystemFactory(department=department)
    known = ndjson([fact(system, ago, number=1, reference=f"b{ago}") for ago in range(1, 30)])
    at = InformationSystem.objects.get().created_at

    def one(n):
        return record_signal(system.pk, "login", 1, actor=admin, at=at, reference=f"s{n % 4}")

    deeds = [lambda n=n: one(n) for n in range(8)]
    deeds += [lambda: record_heartbeat(system, actor=admin)] * 8
    deeds += [lambda: tell(known, admin)] * 3
    side_by_side(deeds)
    assert known_days(system, "heartbeat") == {day(0): 8}
    assert known_days(system) == {day(ago): 1.0 for ago in range(1, 30)} | {day(0): 4.0}


def test_a_hold_and_a_retirement_at_once_never_both_win(department, admin):
    for _ in range(5):
        system = SystemFactory(department=department)

        def retire(system=system):
            try:
                return retire_system(system, actor=admin, reason="已由新系统替代")
            except SystemHeld:
                return None

        def hold(system=system):
            placed = place_hold(system.pk, "dataset", system.pk, "feeds 307024/1", actor=admin)
            return InformationSystem.objects.get(pk=placed.system_id).state

        retired, seen = side_by_side([retire, hold])
        # Placed first: the retirement is refused. Placed after: it met a retired system.
        assert seen == ("retired" if retired else "in_operation")
        assert SystemHold.objects.filter(system=system).count() == 1
