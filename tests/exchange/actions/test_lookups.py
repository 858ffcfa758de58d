"""Look-ups under a grant: by key or declared item, named items only, never after its end."""

import pytest

from accounts.actor import CLOCK
from accounts.models import AuditEvent, Obligation
from exchange.actions.grants import revoke_grant
from exchange.actions.lookups import lookup_records
from exchange.actions.upkeep import fold_due
from exchange.calls import Call
from exchange.errors import (
    GrantEnded,
    ItemNotGranted,
    ModeNotGranted,
    NotGranted,
    NotQueryable,
)
from exchange.models import Dataset, Grant
from kernel.errors import Forbidden, Invalid
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import GRANTED, PURPOSE, SECRET, make_world, row
from tests.people import actor_for

CALL = Call(purpose=PURPOSE)
FIRST = [row("110101"), row("110102"), row("110103")]


def plain(rows: list[dict]) -> dict[str, tuple]:
    return {r["code"]: (r["name"], r["level"], str(r["area"]), str(r["revised_on"])) for r in rows}


@pytest.fixture
def queryable(db):
    world = make_world(is_queryable=True, lookup_items=["name", "contact"])
    world.publish([row("110101", "东城区"), row("110102", "西城区")])
    world.grant()
    fold_due(actor=CLOCK)
    world.dataset.refresh_from_db()
    return world


def look(world, where, who="reader", **how):
    dataset = Dataset.objects.select_related("schema").get(pk=world.dataset.pk)
    found = lookup_records(dataset, actor=world.actor(who), where=where, **{"call": CALL, **how})
    return found.table.to_pylist(), found.as_of


def test_a_record_is_found_by_its_key_without_the_closed_item(queryable, trail):
    found, as_of = look(queryable, {"code": "110101"})
    assert as_of == 1
    assert [plain([record]) for record in found] == [plain([row("110101", "东城区")])]
    assert list(found[0]) == GRANTED
    entry = trail("record.looked_up")[0]
    assert (entry["by"], entry["items"], entry["rows"]) == (["code"], GRANTED, 1)
    assert "110101" not in str(entry)
    assert Obligation.objects.get(kind="C5").state == "met"


def test_a_record_is_found_by_a_declared_item_and_shows_the_items_asked_for(queryable):
    found, _ = look(queryable, {"name": "西城区"}, items=["code"])
    assert found == [{"code": "110102"}]


def test_nothing_found_is_an_answer_and_meets_nothing(queryable, trail):
    assert look(queryable, {"code": "999999"}) == ([], 1)
    assert trail("record.looked_up")[0]["rows"] == 0
    assert Obligation.objects.get(kind="C5").state == "open"


@pytest.mark.parametrize("where", [{}, {"level": "3"}, {"colour": "red"}, {"code": "1", "area": 1}])
def test_only_key_and_declared_items_find(queryable, unchanged, where):
    with unchanged(), pytest.raises(Invalid) as refused:
        look(queryable, where)
    assert refused.value.facts["errors"][0]["pointer"] == "#/where"


def test_an_item_not_granted_neither_finds_nor_shows(queryable, unchanged):
    with unchanged():
        with pytest.raises(ItemNotGranted) as refused:
            look(queryable, {"contact": SECRET})
        assert refused.value.facts["errors"][0]["pointer"] == "#/where"
        with pytest.raises(ItemNotGranted) as refused:
            look(queryable, {"code": "110101"}, items=["code", "contact"])
        assert refused.value.facts["errors"][0]["pointer"] == "#/items"


@pytest.mark.parametrize("value", [110101, True, 1.5, {"a": 1}, ["110101"], "a\0b"])
def test_a_value_that_does_not_fit_is_refused(queryable, unchanged, value):
    with unchanged(), pytest.raises(Invalid) as refused:
        look(queryable, {"code": value})
    assert refused.value.facts["errors"][0]["pointer"].startswith("#/where")


def test_quotes_in_a_value_are_only_a_value(queryable):
    assert look(queryable, {"name": "' OR 1=1 --"}) == ([], 1)


def test_the_limit_holds(queryable):
    queryable.publish([row(f"11020{n}", "同名镇") for n in range(5)], "changes")
    fold_due(actor=CLOCK)
    found, as_of = look(queryable, {"name": "同名镇"}, limit=2)
    assert ([r["code"] for r in found], as_of) == (["110200", "110201"], 2)


def test_before_the_first_fold_nothing_is_found_as_of_nothing(db):
    world = make_world(is_queryable=True)
    world.publish(FIRST)
    world.grant()
    assert look(world, {"code": "110101"}) == ([], 0)


def test_a_dataset_not_opened_for_look_ups_takes_none(world, unchanged):
    world.grant()
    with unchanged(), pytest.raises(NotQueryable):
        look(world, {"code": "110101"})


def test_a_grant_without_the_interface_takes_no_look_ups(db, unchanged):
    world = make_world(is_queryable=True)
    world.grant(modes=["database"])
    with unchanged(), pytest.raises(ModeNotGranted) as refused:
        look(world, {"code": "110101"})
    assert refused.value.facts == {"needed": "interface"}


def test_look_ups_stop_with_the_grant(queryable, unchanged):
    revoke_grant(Grant.objects.get(), actor=queryable.actor("head"), reason="停")
    with unchanged(), pytest.raises(GrantEnded):
        look(queryable, {"code": "110101"})


def test_a_sister_system_without_a_grant_looks_up_nothing(queryable, unchanged):
    sister = actor_for(SystemFactory(department=queryable.requester))
    with unchanged(), pytest.raises(NotGranted):
        lookup_records(queryable.dataset, actor=sister, where={"code": "110101"})


@pytest.mark.parametrize("who", ["asker", "head"])
def test_people_look_up_nothing(queryable, unchanged, who):
    with unchanged(), pytest.raises(Forbidden):
        look(queryable, {"code": "110101"}, who)


def test_no_record_value_reaches_the_trail(queryable):
    look(queryable, {"name": "西城区"})
    told = str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert "西城区" not in told
    assert SECRET not in told
