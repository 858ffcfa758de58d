"""Attaching data to a resource, following its catalogue entry, closing."""

import pytest

from catalog.actions.resources import withdraw_resource
from catalog.errors import NotInForce
from exchange.actions.datasets import attach_dataset, close_dataset, evolve_dataset
from exchange.actions.reads import read_changes, read_table
from exchange.errors import (
    AlreadyAttached,
    NotYourSystem,
    SchemaImpossible,
    SchemaIncompatible,
)
from exchange.models import Dataset, SchemaVersion
from kernel.errors import Forbidden, IllegalMove, Invalid
from tests.factories.accounts import SystemFactory
from tests.factories.catalog import ResourceFactory, published_resource
from tests.factories.exchange import EVENT_ITEMS, GRANTED, make_world, row
from tests.people import actor_for, member_with


@pytest.fixture
def steward(department):
    return actor_for(member_with(("steward",), department))


def test_the_items_in_force_become_the_schema(world, trail):
    schema = world.dataset.schema
    assert schema.number == 1
    assert schema.body["key"] == ["code"]
    assert [item["name"] for item in schema.body["items"]] == [*GRANTED, "contact"]
    assert schema.body["items"][0] == {
        "name": "code",
        "type": "string",
        "title": "code",
        "length": 6,
        "required": True,
        "pattern": r"\d{6}",
    }
    assert (world.dataset.state, world.dataset.last_number, world.dataset.epoch) == ("open", 0, 1)
    assert trail("dataset.attached") == [{"resource": str(world.resource.pk), "key": ["code"]}]


def test_a_draft_takes_no_dataset(department, steward, unchanged):
    resource = ResourceFactory(department=department)
    system = SystemFactory(department=department)
    with unchanged(), pytest.raises(NotInForce):
        attach_dataset(resource, actor=steward, system=system)


def test_the_publisher_is_a_system_of_the_same_department(department, steward, unchanged):
    resource, foreign = published_resource(department), SystemFactory()
    with unchanged(), pytest.raises(NotYourSystem):
        attach_dataset(resource, actor=steward, system=foreign)


def test_a_resource_has_one_dataset(world, unchanged):
    with unchanged(), pytest.raises(AlreadyAttached) as refused:
        attach_dataset(world.resource, actor=world.actor("steward"), system=world.publisher)
    assert refused.value.facts == {"dataset": str(world.dataset.pk)}


@pytest.mark.parametrize("who", ["head", "asker", "publisher"])
def test_only_the_providers_steward_attaches(world, unchanged, who):
    other = published_resource(world.provider)
    with unchanged(), pytest.raises(Forbidden):
        attach_dataset(other, actor=world.actor(who), system=world.publisher)


def test_a_table_needs_a_key_and_events_do_not(department, steward, unchanged):
    resource = published_resource(department, EVENT_ITEMS)
    system = SystemFactory(department=department)
    with unchanged(), pytest.raises(SchemaImpossible):
        attach_dataset(resource, actor=steward, system=system)
    made = attach_dataset(resource, actor=steward, system=system, kind="events")
    assert (made.kind, made.schema.body["key"]) == ("events", [])


def test_a_look_up_item_must_be_an_item(department, steward, unchanged):
    resource = published_resource(department)
    system = SystemFactory(department=department)
    with unchanged(), pytest.raises(Invalid) as refused:
        attach_dataset(resource, actor=steward, system=system, lookup_items=["colour"])
    assert refused.value.facts["errors"][0]["pointer"] == "#/lookup_items"


def test_a_new_optional_item_is_taken_over_and_old_rows_have_none(world):
    world.publish([row("110101")])
    world.edition(mayor={"data_type": "C", "length": 20})
    evolved = evolve_dataset(world.dataset, actor=world.actor("steward"))
    assert evolved.schema.number == 2
    subscription = world.subscribe(grant=world.grant([*GRANTED, "mayor"]))
    reader = world.actor("reader")
    table = read_table(subscription, actor=reader, format="ndjson")
    assert '"mayor":null' in table.path.read_text()
    world.publish([row("110101", mayor="张三")])
    page = read_changes(subscription, actor=reader, cursor=None, limit=10)
    assert page.table.column("mayor").to_pylist() == [None, "张三"]


def test_a_wider_number_is_taken_over_and_pages_reach_over_both(world):
    world.publish([row("110101", area="1.25")])
    world.edition(area={"length": 18, "scale": 4})
    evolve_dataset(world.dataset, actor=world.actor("steward"))
    world.publish([row("110101", area="1.2505")])
    subscription = world.subscribe()
    page = read_changes(subscription, actor=world.actor("reader"), cursor=None, limit=10)
    assert [str(value) for value in page.table.column("area").to_pylist()] == ["1.2500", "1.2505"]


def test_unchanged_items_make_no_new_schema(world, unchanged):
    world.edition()
    with unchanged():
        assert evolve_dataset(world.dataset, actor=world.actor("steward")).schema.number == 1


def test_what_would_break_subscribers_is_refused(world, unchanged):
    world.edition(level={"codes": ["1", "2"]}, name={"length": 10})
    with unchanged(), pytest.raises(SchemaIncompatible) as refused:
        evolve_dataset(world.dataset, actor=world.actor("steward"))
    assert refused.value.facts["level"] == "backward"
    assert [error["code"] for error in refused.value.facts["errors"]] == ["incompatible"] * 2


def test_without_a_promise_anything_goes(db):
    world = make_world(compatibility="none")
    world.edition(level={"codes": ["1", "2"]})
    assert evolve_dataset(world.dataset, actor=world.actor("steward")).schema.number == 2


def test_a_withdrawn_resource_has_nothing_to_follow(world, unchanged):
    withdraw_resource(world.resource, actor=world.actor("head"), reason="职责划转")
    fresh = Dataset.objects.get(pk=world.dataset.pk)
    with unchanged(), pytest.raises(NotInForce):
        evolve_dataset(fresh, actor=world.actor("steward"))


def test_another_department_cannot_evolve(world, unchanged):
    with unchanged(), pytest.raises(Forbidden):
        evolve_dataset(world.dataset, actor=world.actor("asker"))
    assert SchemaVersion.objects.count() == 1


def test_a_dataset_is_closed_once(world, trail, unchanged):
    closed = close_dataset(world.dataset, actor=world.actor("steward"))
    assert (closed.state, closed.version) == ("closed", 2)
    with unchanged(), pytest.raises(IllegalMove):
        close_dataset(world.dataset, actor=world.actor("steward"))
    assert trail().count("dataset.closed") == 1


def test_another_department_cannot_close(world, unchanged):
    with unchanged(), pytest.raises(Forbidden):
        close_dataset(world.dataset, actor=world.actor("asker"))


def test_a_closed_dataset_stays_readable(world):
    world.publish([row("110101")])
    subscription = world.subscribe()
    world.clear("stop")
    close_dataset(world.dataset, actor=world.actor("steward"))
    page = read_changes(subscription, actor=world.actor("reader"), cursor=None, limit=10)
    assert page.table.num_rows == 1
