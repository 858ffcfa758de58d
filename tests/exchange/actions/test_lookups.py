"""Look-ups under a grant: by key or declared item, named items only, never after its end."""

from hashlib import sha256

import pytest

from accounts.actor import CLOCK
from accounts.models import AuditEvent, Obligation
from exchange.actions import lookups
from exchange.actions.grants import revoke_grant
from exchange.actions.lookups import lookup_keys, lookup_records
from exchange.actions.upkeep import fold_due
from exchange.calls import Call
from exchange.errors import (
    GrantEnded,
    ItemNotGranted,
    ModeNotGranted,
    NotGranted,
    NotQueryable,
    QuotaExceeded,
)
from exchange.models import Dataset, Grant, GrantDay, UseEntry
from exchange.openings import Opening
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


def look_up_keys(world, *codes, **how):
    dataset = Dataset.objects.select_related("schema").get(pk=world.dataset.pk)
    keys = [{"code": code} for code in codes]
    return lookup_keys(
        dataset, actor=world.actor("reader"), keys=keys, **{"call": CALL, **how}
    ).records


def test_many_keys_are_answered_in_their_order_in_one_line(queryable, trail):
    found = look_up_keys(queryable, "110102", "999999", "110101", "110102")
    assert [record and record["name"] for record in found] == ["西城区", None, "东城区", "西城区"]
    assert list(found[0]) == GRANTED
    line = UseEntry.objects.get()
    assert (line.rows, len(line.subjects), len(set(line.subjects))) == (3, 4, 3)
    assert GrantDay.objects.values_list("calls", "rows").get() == (1, 3)
    assert trail("record.looked_up")[0]["rows"] == 3


def test_many_keys_show_what_the_condition_and_the_masks_leave(queryable):
    Grant.objects.update(
        condition='name starts with "东"', masks={"name": {"kind": "partial", "form": "name"}}
    )
    found = look_up_keys(queryable, "110101", "110102", items=["name"])
    assert found == [{"name": "东**"}, None]


def test_many_keys_never_pass_the_rows_of_the_day(queryable):
    Grant.objects.update(rows_per_day=1)
    with pytest.raises(QuotaExceeded):
        look_up_keys(queryable, "110101", "110102")
    assert not UseEntry.objects.exists()
    assert not AuditEvent.objects.filter(verb="record.looked_up").exists()
    assert look_up_keys(queryable, "110101", "999999")[1] is None


@pytest.mark.parametrize("keys", [[], [{"code": str(n)} for n in range(1001)], [{"name": "x"}]])
def test_keys_are_whole_and_few_enough(queryable, unchanged, keys):
    with unchanged(), pytest.raises(Invalid) as refused:
        lookup_keys(queryable.dataset, actor=queryable.actor("reader"), keys=keys, call=CALL)
    assert refused.value.facts["errors"][0]["pointer"].startswith("#/keys")


def asked(world, where, number=1, items=None):
    caller = lookups._Caller(world.actor("reader"), CALL, f"request-{number}")
    return lookups._Asked(Dataset(pk=world.dataset.pk), caller, where, items, 100)


@pytest.fixture
def in_use(queryable):
    """The first use stopped its clock; the trail and the ledger begin behind it."""
    look(queryable, {"code": "110101"})
    return queryable


def test_calls_that_wait_together_cost_two_statements_and_are_told_and_noted_each(
    in_use, django_assert_num_queries
):
    codes = ["110102", "999999", "110101", "110102"]
    party = [asked(in_use, {"code": code}, number) for number, code in enumerate(codes)]
    with django_assert_num_queries(2):
        # The records are read on a connection of their own, here within a transaction.
        found = lookups._answer_all(party)
    assert [[r["name"] for r in each.records] for each in found] == [
        *(["西城区"], [], ["东城区"], ["西城区"]),
    ]
    assert GrantDay.objects.values_list("calls", "rows").get() == (5, 4)
    lines = UseEntry.objects.order_by("-id")[:4][::-1]
    assert [line.rows for line in lines] == [1, 0, 1, 1]
    assert [line.digest for line in lines] == [sha256(each.body).hexdigest() for each in found]
    assert [len(line.subjects) for line in lines] == [1, 0, 1, 1]
    trail = AuditEvent.objects.filter(verb="record.looked_up").order_by("-id")[:4][::-1]
    assert [entry.request_id for entry in trail] == [f"request-{n}" for n in range(4)]


@pytest.mark.parametrize(
    ("where", "items"),
    [
        ({"name": "东城区"}, None),
        ({"code": None}, None),
        ({"code": "11\0"}, None),
        ({"code": "110101"}, ["contact"]),
        ({}, None),
    ],
)
def test_who_asks_for_more_than_a_key_or_is_refused_spoils_no_other(in_use, where, items):
    party = [asked(in_use, {"code": "110101"}), asked(in_use, where, items=items)]
    found, alone = lookups._answer_all([*party, asked(in_use, {"code": "110102"})])[:2]
    assert found.records[0]["name"] == "东城区"
    assert isinstance(alone, Opening)
    assert UseEntry.objects.count() == 3


def test_where_the_day_has_not_enough_for_all_none_is_counted_before_each_asks_alone(
    in_use, unchanged
):
    Grant.objects.update(rows_per_day=2)
    party = [asked(in_use, {"code": "110101"}), asked(in_use, {"code": "110102"})]
    with unchanged():
        told = lookups._answer_all(party)
    assert [type(each) for each in told] == [Opening, Opening]
    assert look(in_use, {"code": "110101"})[0]
    with pytest.raises(QuotaExceeded):
        look(in_use, {"code": "110102"})


def test_the_first_use_is_made_alone_for_it_stops_the_clock(queryable, unchanged):
    with unchanged():
        told = lookups._answer_all([asked(queryable, {"code": "110101"})] * 2)
    assert [type(each) for each in told] == [Opening, Opening]


def test_a_look_up_costs_three_statements(queryable, django_assert_num_queries):
    look(queryable, {"code": "110101"})
    dataset, reader = Dataset(pk=queryable.dataset.pk), queryable.actor("reader")
    with django_assert_num_queries(2):
        # The third is on the records' own connection, here within a transaction.
        lookup_records(dataset, actor=reader, where={"code": "110102"}, call=CALL)
    with django_assert_num_queries(2):
        codes = [{"code": f"11{number:04}"} for number in range(1000)]
        lookup_keys(dataset, actor=reader, keys=codes, call=CALL)
