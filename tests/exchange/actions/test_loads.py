"""Lanes that carry rows: into MySQL and MariaDB as into PostgreSQL, each in a thread of its own."""

import pytest

from accounts.actor import CLOCK
from exchange.actions.deliveries import deliver_due
from exchange.actions.subscriptions import restart_lanes
from exchange.errors import DestinationRefused
from exchange.models import Attempt, Delivery, Subscription, UseEntry
from kernel.sealing import unseal
from tests.factories.exchange import row
from tests.mariadb import mariadb

__all__ = ["mariadb"]

FIRST = [row("110101", "甲区"), row("110102", "乙区"), row("110103", "丙区")]
SECOND = [row("110101", "甲区"), row("110102", "改名区"), row("110104", "丁区")]
MASKS = {"name": {"kind": "partial", "form": "ends", "head": 1, "tail": 0}}


@pytest.fixture
def maria(mariadb, settings):
    """A database of a department's own on MariaDB, opened for the platform."""
    settings.EGRESS_TEST_ADDRESSES = [*settings.EGRESS_TEST_ADDRESSES, mariadb.address]
    name = mariadb.new_database()

    class Maria:
        dsn = mariadb.dsn(name)
        sink = {"mode": "sink", "target_schema": name, "target_table": "divisions"}

        @staticmethod
        def rows():
            return mariadb.run(f"SELECT code, name FROM `{name}`.divisions ORDER BY 1")

        @staticmethod
        def offset():
            return mariadb.run(f"SELECT epoch, number FROM `{name}`.shuqiao_offsets")

    return Maria


def test_a_mariadb_sink_follows_the_log(world, maria):
    lane = world.subscribe(dsn=maria.dsn, **maria.sink)
    assert unseal(lane.sealed) == maria.dsn
    world.publish(FIRST)
    world.publish(SECOND)
    assert deliver_due(actor=CLOCK) == 2
    assert maria.rows() == [("110101", "甲区"), ("110102", "改名区"), ("110104", "丁区")]
    assert maria.offset() == [(1, 2)]
    assert list(UseEntry.objects.values_list("channel", flat=True)) == ["sink", "sink"]
    assert Attempt.objects.filter(ok=True).count() == 2


def test_a_new_edition_loads_a_mariadb_table_anew(world, maria):
    lane = world.subscribe(dsn=maria.dsn, **maria.sink)
    world.publish(FIRST)
    deliver_due(actor=CLOCK)
    lane.grant.change(edition=2, masks=MASKS)
    restart_lanes(lane.grant, actor=world.actor("head"))
    deliver_due(actor=CLOCK)
    assert maria.rows()[0] == ("110101", "甲*")


def test_a_wrong_password_of_mariadb_is_told_without_it(world, maria, unchanged):
    grant = world.grant()
    with unchanged(), pytest.raises(DestinationRefused) as refused:
        world.subscribe(
            grant=grant, dsn=maria.dsn.replace("hub-secret", "hunter2-hunter2"), **maria.sink
        )
    error = refused.value.facts["errors"][0]
    assert (error["pointer"], error["code"]) == ("#/dsn", "login-refused")
    assert "hunter2" not in str(error)


def test_a_mariadb_that_was_never_permitted_sees_no_connection(world, maria, settings, unchanged):
    settings.EGRESS_TEST_ADDRESSES = []
    grant = world.grant()
    with unchanged(), pytest.raises(DestinationRefused) as refused:
        world.subscribe(grant=grant, dsn=maria.dsn, **maria.sink)
    assert refused.value.facts["errors"][0]["code"] == "egress-denied"


@pytest.mark.django_db(transaction=True)
def test_loads_run_beside_each_other_and_beside_calls(world, target, receiver, settings):
    settings.DELIVERY_LOADS = 2
    grant = world.grant()
    for n in range(3):
        world.subscribe(
            "sink", grant, dsn=target.dsn, target_schema="shared", target_table=f"divisions{n}"
        )
    world.subscribe("webhook", grant, url=receiver.url)
    world.publish(FIRST)
    world.publish(SECOND)
    assert deliver_due(actor=CLOCK) == 8
    assert receiver.numbers() == [1, 2]
    for n in range(3):
        assert len(target.rows(f"shared.divisions{n}")) == 3
    assert set(Subscription.objects.values_list("position", "lease_until")) == {(2, None)}
    assert Delivery.objects.filter(delivered_at__isnull=False).count() == 8
