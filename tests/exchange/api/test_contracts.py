"""A dataset's contract and what its evolution would change, for whoever may see it."""

import json
from dataclasses import replace

import pytest

from exchange.actions.datasets import evolve_dataset
from exchange.models import Dataset
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.exchange import SECRET, row
from tests.people import client_for, member_with


@pytest.fixture
def ask(world, client_of):
    """``ask("steward", "contract")``: what the address answers to them."""

    def get(who: str, what: str):
        return client_of(who).get(f"/api/v1/datasets/{world.dataset.pk}/{what}")

    return get


def test_the_contract_says_what_readers_may_count_on(world, ask):
    world.publish([row("110101")])
    told = ask("steward", "contract").json()
    assert told["schema"]["key"] == ["code"]
    assert [item["name"] for item in told["schema"]["items"]][:3] == ["code", "name", "level"]
    assert (told["kind"], told["compatibility"]) == ("table", "backward")
    assert told["on_reject"] == {"policy": "refuse", "max_rejected_percent": 0}
    assert told["retention"] == {"days": None, "first_number": 1, "last_number": 1}
    assert {"item": "code", "rule": "pattern", "value": r"\d{6}"} in told["quality"]
    assert {"item": "code", "rule": "unique", "value": True} in told["quality"]
    assert told["formats"]["codings"] == ["gzip", "zstd"]
    assert told["addresses"]["publish"].endswith(f"/datasets/{world.dataset.pk}/batches")


def test_the_examples_keep_to_the_schema_and_are_nobodys(world, ask, publish):
    world.publish([row("110101")])
    told = ask("steward", "contract").json()
    assert len(told["examples"]) == 2
    assert SECRET not in json.dumps(told)
    assert publish(told["examples"]).status_code == 201


def test_who_may_not_see_the_dataset_gets_no_contract(world, ask):
    stranger = client_for(member_with(("steward",), DepartmentFactory()))
    for what in ("contract", "evolution"):
        address = f"/api/v1/datasets/{world.dataset.pk}/{what}"
        assert stranger.get(address).status_code == 404
        assert ask("reader", what).status_code == 404
    world.grant()
    assert ask("reader", "contract").status_code == 200


def test_nothing_changes_while_the_items_are_the_same(ask):
    told = ask("steward", "evolution").json()
    assert (told["changes"], told["items"], told["level"]) == (False, [], "full")
    assert told["allowed"]


def test_a_wider_item_is_told_with_its_level(world, ask, unchanged):
    world.edition(name={"length": 200}, mayor={"data_type": "C", "length": 20})
    with unchanged():
        told = ask("steward", "evolution").json()
    assert (told["level"], told["declared"], told["allowed"]) == ("backward", "backward", True)
    assert [(item["item"], item["change"]) for item in told["items"]] == [
        ("name", "changed"),
        ("mayor", "added"),
    ]
    assert told["items"][0]["aspects"] == [{"aspect": "length", "before": 60, "after": 200}]
    assert told["items"][0]["forward"]
    assert told["items"][0]["backward"] == []


def test_whom_a_change_breaks_is_named_to_who_may_see_it(world, ask, client_of):
    grant = world.grant()
    lane = world.subscribe(grant=grant)
    world.grant(["code", "name"])
    world.edition(level={"length": 1, "codes": ["1", "2"]})
    told = ask("steward", "evolution").json()
    assert (told["level"], told["allowed"], told["needs_announcement"]) == ("forward", False, True)
    readers = told["readers"]
    assert (readers["grants"], readers["broken_grants"], readers["broken_subscriptions"]) == (
        2,
        1,
        1,
    )
    (broken,) = readers["broken"]
    assert broken["grant"] == str(grant.pk)
    assert broken["department"] == str(world.requester.pk)
    assert broken["systems"] == [str(world.reader.pk)]
    assert broken["subscriptions"] == [str(lane.pk)]
    assert {reason["item"] for reason in broken["reasons"]} == {"level"}


def test_other_grantees_learn_how_many_and_not_who(world, ask):
    world.grant()
    other = DepartmentFactory()
    world.edition(level={"length": 1, "codes": ["1", "2"]})
    neighbour = make_neighbour(world, other)
    told = neighbour.get(f"/api/v1/datasets/{world.dataset.pk}/evolution").json()
    assert told["readers"]["broken_grants"] == 2
    assert len(told["readers"]["broken"]) == 1


def make_neighbour(world, department):
    """A second department with a grant, and its steward's client."""
    people = {
        "asker": member_with(("steward",), department),
        "asker_head": member_with(("head",), department),
    }
    other = replace(
        world,
        requester=department,
        reader=SystemFactory(department=department),
        people={**world.people, **people},
    )
    other.grant()
    return client_for(people["asker"])


def test_what_is_told_is_what_evolving_does(world, ask):
    world.edition(mayor={"data_type": "C", "length": 20})
    assert ask("steward", "evolution").json()["schema"] == 1
    evolve_dataset(world.dataset, actor=world.actor("steward"))
    told = ask("steward", "evolution").json()
    assert (told["schema"], told["changes"]) == (2, False)
    assert Dataset.objects.get().schema.number == 2
