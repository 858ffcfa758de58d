"""Look-ups side by side under one grant are written together, and each is answered for itself."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from accounts.actor import CLOCK
from accounts.models import AuditEvent
from exchange import ledger
from exchange.actions import lookups
from exchange.actions.lookups import lookup_records
from exchange.actions.upkeep import fold_due
from exchange.calls import Call
from exchange.destinations import own_connection
from exchange.errors import QuotaExceeded
from exchange.ledger import Use
from exchange.models import Dataset, Grant, GrantDay, UseEntry
from tests.factories.exchange import PURPOSE, World, make_world, row

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 32


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    """Ten rows; the grant has been used once, so that its day stands in the table."""
    world = make_world(is_queryable=True, lookup_items=["name"])
    world.publish([row(f"1101{n:02}", "同名" if n > 5 else "另一") for n in range(1, 11)])
    fold_due(actor=CLOCK)
    world.grant()
    look(world)
    yield world
    assert waiting() == 0


def look(world: World, **where: str) -> int:
    dataset = Dataset.objects.get(pk=world.dataset.pk)
    asked = where or {"code": "110101"}
    call = Call(purpose=PURPOSE, end_user=next(iter(asked.values())))
    try:
        found = lookup_records(dataset, actor=world.actor("reader"), where=asked, call=call)
        return len(found.records)
    finally:
        if not connection.in_atomic_block:
            connection.close()


class Held:
    """Another session holds the grant's day, so that whoever leads waits for it."""

    def __init__(self, world: World) -> None:
        self.world, self.pool = world, ThreadPoolExecutor(THREADS)
        self.asked: list[Future[int]] = []

    def ask(self, deeds: list[Callable[[], int]]) -> None:
        """The first leads and waits; then the others wait for it."""
        for count, deed in enumerate(deeds):
            self.asked.append(self.pool.submit(deed))
            if count == 0:
                until(lambda: len(self.leaders()) == 1)
        until(lambda: waiting() == len(deeds) - 1)

    def leaders(self) -> list[int]:
        """The sessions that wait for the day."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND datname = current_database() AND query LIKE 'EXECUTE%'"
            )
            return [pid for (pid,) in cursor.fetchall()]

    def end_leader(self) -> int:
        (leader,) = self.leaders()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [leader])
        return leader

    def results(self) -> list[object]:
        self.pool.shutdown(wait=True)
        return [each.exception() or each.result() for each in self.asked]

    def __enter__(self) -> Held:
        self.con = own_connection()
        with self.con.cursor() as cursor:
            cursor.execute("SELECT 1 FROM exchange_grantday FOR UPDATE")
        return self

    def __exit__(self, *_: object) -> None:
        self.con.close()
        self.pool.shutdown(wait=True)


def waiting() -> int:
    """Calls that wait for another's: to be answered with it, or to be written with it."""
    queues = (lookups._TOGETHER._waiting, ledger._TOGETHER._waiting)
    return sum(len(turns) for queue in queues for turns in queue.values())


def until(so: Callable[[], bool]) -> None:
    for _ in range(1500):
        if so():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come about")


def transactions() -> list[int]:
    """How many lines of the ledger each transaction wrote, after the world's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, count(*) FROM exchange_useentry GROUP BY 1")
        return sorted(count for _, count in cursor.fetchall())


def day() -> tuple[int, int]:
    return GrantDay.objects.values_list("calls", "rows").get()


def test_those_who_come_while_one_is_written_are_written_in_one_transaction(world: World) -> None:
    with Held(world) as held:
        held.ask([lambda n=n: look(world, code=f"1101{n % 10 + 1:02}") for n in range(THREADS)])
        assert UseEntry.objects.count() == 1
        held.con.rollback()
        assert held.results() == [1] * THREADS
    assert transactions() == [1, 1, THREADS - 1]
    assert day() == (THREADS + 1, THREADS + 1)
    noted = AuditEvent.objects.filter(verb="record.looked_up", subject_id=world.dataset.pk)
    assert noted.filter(detail__by=["code"], detail__rows=1).count() == THREADS + 1
    users = Counter(UseEntry.objects.values_list("end_user", flat=True))
    assert users == Counter([f"1101{n % 10 + 1:02}" for n in range(THREADS)] + ["110101"])


def test_where_not_all_fit_exactly_as_many_are_given_as_do(world: World) -> None:
    Grant.objects.get().change(calls_per_day=12)
    with Held(world) as held:
        held.ask([lambda: look(world)] * THREADS)
        held.con.rollback()
        told = held.results()
    assert told.count(1) == 11
    assert sum(isinstance(each, QuotaExceeded) for each in told) == THREADS - 11
    assert day() == (12, 12)
    assert UseEntry.objects.count() == 12
    assert AuditEvent.objects.filter(verb="record.looked_up").count() == 12


def test_a_refused_call_refuses_no_other_of_its_party(world: World) -> None:
    Grant.objects.get().change(rows_per_day=6)
    with Held(world) as held:
        # One row each is there for four; five rows at once are too many for what is left.
        held.ask(
            [lambda: look(world), lambda: look(world, name="同名"), *[lambda: look(world)] * 3]
        )
        held.con.rollback()
        told = held.results()
    assert [isinstance(each, QuotaExceeded) for each in told] == [False, True, False, False, False]
    assert day() == (5, 5)
    assert UseEntry.objects.count() == 5


def test_a_party_whose_session_ends_writes_nothing_and_tells_each(world: World) -> None:
    with Held(world) as held:
        held.ask([lambda: look(world)] * 8)
        first = held.end_leader()
        until(lambda: held.leaders() not in ([], [first]))
        assert waiting() == 0
        held.end_leader()
        told = held.results()
        held.con.rollback()
    assert [isinstance(each, OperationalError) for each in told] == [True] * 8
    assert day() == (1, 1)
    assert UseEntry.objects.count() == 1
    assert AuditEvent.objects.filter(verb="record.looked_up").count() == 1
    assert look(world) == 1


def test_a_line_that_the_ledger_cannot_hold_spoils_no_other(world: World, monkeypatch) -> None:
    values = ledger._values

    def misled(use: Use) -> dict[str, object]:
        stranger = {"dataset_id": uuid4()} if use.call.end_user == "110103" else {}
        return values(use) | stranger

    monkeypatch.setattr(ledger, "_values", misled)
    with Held(world) as held:
        held.ask([lambda n=n: look(world, code=f"1101{n:02}") for n in range(1, 7)])
        held.con.rollback()
        told = held.results()
    assert [type(each).__name__ for each in told] == ["int", "int", "IntegrityError", *["int"] * 3]
    assert day() == (6, 6)
    assert not UseEntry.objects.filter(end_user="110103").exists()


def test_inside_a_transaction_a_call_is_written_with_it_or_not_at_all(world: World) -> None:
    with transaction.atomic():
        assert look(world) == 1
        assert day() == (2, 2)
        transaction.set_rollback(True)
    assert day() == (1, 1)
    assert UseEntry.objects.count() == 1


def test_calls_under_other_grants_do_not_wait(world: World) -> None:
    other = make_world(is_queryable=True)
    other.publish([row("110101")])
    fold_due(actor=CLOCK)
    other.grant()
    with Held(world) as held:
        held.ask([lambda: look(world)])
        assert look(other) == 1
        held.con.rollback()
        assert held.results() == [1]


def test_many_at_once_are_counted_exactly(world: World) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        told = list(pool.map(lambda _: look(world), range(THREADS * 4)))
    assert told == [1] * THREADS * 4
    assert day() == (THREADS * 4 + 1, THREADS * 4 + 1)
    assert UseEntry.objects.count() == THREADS * 4 + 1
