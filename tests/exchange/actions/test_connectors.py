"""Connectors: what is sealed, what is written in the trail, and who may do nothing."""

import json

import pytest

from exchange.actions import connectors
from exchange.connections import secrets_of
from exchange.models import Connector
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.sealing import unseal
from tests.people import actor_for, member_with

OPTIONS = {"host": "10.0.0.9", "database": "d", "user": "reader"}


@pytest.fixture
def steward(world):
    return actor_for(member_with(("steward",), world.provider))


@pytest.fixture
def registered(world, steward) -> Connector:
    return connectors.register_connector(
        world.publisher,
        actor=steward,
        name="民政库",
        kind="postgres",
        options=OPTIONS,
        secrets={"password": "first"},
    )


def test_secrets_are_sealed_and_the_trail_names_them_only(registered, trail):
    assert "first" not in registered.sealed
    assert json.loads(unseal(registered.sealed)) == {"password": "first"}
    (told,) = trail("connector.registered")
    assert (told["secrets"], told["options"]) == (["password"], OPTIONS)
    assert "first" not in str(told)


def test_nobody_registers_for_another_department(world):
    stranger = actor_for(member_with(("steward",), world.requester))
    with pytest.raises(Forbidden):
        connectors.register_connector(
            world.publisher, actor=stranger, name="x", kind="postgres", options=OPTIONS, secrets={}
        )
    assert not Connector.objects.exists()


def test_a_system_that_does_not_run_has_no_connector(world, steward):
    world.publisher.change(state="suspended")
    with pytest.raises(Invalid):
        connectors.register_connector(
            world.publisher,
            actor=steward,
            name="x",
            kind="postgres",
            options=OPTIONS,
            secrets={"password": "p"},
        )
    assert not Connector.objects.exists()


def test_a_new_secret_replaces_one_and_leaves_the_rest(world, steward):
    made = connectors.register_connector(
        world.publisher,
        actor=steward,
        name="对象存储",
        kind="s3",
        options={"endpoint": "https://s3.example", "bucket": "b"},
        secrets={"access_key": "a", "secret_key": "s"},
    )
    connectors.change_connector(
        made, actor=steward, expected=made.version, values={"secrets": {"secret_key": "t"}}
    )
    assert secrets_of(Connector.objects.get()) == {"access_key": "a", "secret_key": "t"}


@pytest.mark.parametrize("change", [{"host": "10.0.0.8"}, {"port": 5433}, {"sslmode": "prefer"}])
def test_where_the_secrets_go_changes_only_with_the_secrets(registered, steward, change):
    values = {"options": OPTIONS | change}
    with pytest.raises(Invalid):
        connectors.change_connector(
            registered, actor=steward, expected=registered.version, values=values
        )
    assert Connector.objects.get().options == OPTIONS


def test_the_table_may_be_in_another_database_of_the_same_server(registered, steward):
    values = {"options": OPTIONS | {"database": "e"}}
    changed = connectors.change_connector(
        registered, actor=steward, expected=registered.version, values=values
    )
    assert (changed.options["database"], secrets_of(changed)) == ("e", {"password": "first"})


def test_a_failed_test_is_kept_and_is_no_error(registered, steward, trail):
    test = connectors.test_connector(registered, actor=steward)
    assert test.fault is not None
    assert (test.fault.code, test.fault.is_transient) == ("egress-denied", False)
    assert Connector.objects.get().test_error.startswith("egress-denied")
    (told,) = trail("connector.tested")
    assert (told["went_well"], told["code"]) == (False, "egress-denied")


def test_a_closed_connector_is_not_changed(registered, steward):
    connectors.close_connector(registered, actor=steward)
    with pytest.raises(Conflict):
        connectors.change_connector(
            registered, actor=steward, expected=registered.version, values={"name": "x"}
        )
    assert Connector.objects.get().name == "民政库"
