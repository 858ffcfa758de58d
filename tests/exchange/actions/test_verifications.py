"""Verification: yes or no under a grant; each way of not being allowed has a code of its own."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from accounts.models import AuditEvent, Obligation
from exchange.actions.lookups import lookup_records
from exchange.actions.upkeep import fold_due
from exchange.actions.verifications import verify_record
from exchange.calls import NO_CALL, Call
from exchange.errors import ItemNotGranted
from exchange.models import Dataset, GrantDay, UseEntry
from kernel.errors import DomainError, Forbidden, Invalid
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import PURPOSE, SECRET, make_world, row
from tests.people import actor_for

CALL = Call(purpose=PURPOSE, end_user="窗口 12", reason="办理落户")
KEY = {"code": "110101"}


@pytest.fixture
def world(db):
    world = make_world(is_queryable=True)
    world.publish([row("110101", "东城区"), row("110102", "西城区", level=None)])
    fold_due(actor=CLOCK)
    return world


def ask(world, claims, key=None, who="reader", call=CALL, **changes):
    dataset = Dataset.objects.select_related("schema").get(pk=world.dataset.pk)
    actor = changes.get("actor") or world.actor(who)
    return verify_record(dataset, actor=actor, key=key or KEY, claims=claims, call=call)


def look(world, call=CALL, actor=None):
    dataset = Dataset.objects.select_related("schema").get(pk=world.dataset.pk)
    return lookup_records(dataset, actor=actor or world.actor("reader"), where=KEY, call=call)


def test_claims_are_answered_with_yes_and_no_and_nothing_else(world):
    world.grant()
    told = ask(world, {"name": "东城区", "level": "1", "area": "120.5", "revised_on": "2014-01-31"})
    assert told.found
    assert told.matches == {"name": True, "level": False, "area": True, "revised_on": True}
    assert told.as_of == 1
    assert b"120" not in told.body


def test_null_claims_that_there_is_no_value(world):
    world.grant()
    assert ask(world, {"level": None}).matches == {"level": False}
    assert ask(world, {"level": None}, {"code": "110102"}).matches == {"level": True}


def test_an_item_granted_to_verify_is_compared_and_never_delivered(world):
    world.grant(["code", "name"], verify_items=["contact"])
    assert ask(world, {"contact": SECRET}).matches == {"contact": True}
    assert ask(world, {"contact": "13900000000"}).matches == {"contact": False}
    assert look(world).table.column_names == ["code", "name"]


def test_of_an_absent_record_and_of_one_that_is_not_shown_no_claim_is_so(world):
    world.grant(condition='name = "东城区"')
    for code in ("999999", "110102"):
        told = ask(world, {"name": "西城区"}, {"code": code})
        assert (told.found, told.matches) == (False, {"name": False})


def test_a_masked_item_is_not_confirmed(world, unchanged):
    world.grant(masks={"name": {"kind": "full"}})
    with unchanged(), pytest.raises(ItemNotGranted) as refused:
        ask(world, {"name": "东城区"})
    assert refused.value.facts["errors"][0]["pointer"] == "#/claims/name"


def test_neither_is_a_pseudonym_resolved(world, unchanged):
    world.grant(masks={"code": {"kind": "hash"}})
    with unchanged(), pytest.raises(ItemNotGranted) as refused:
        ask(world, {"name": "东城区"})
    assert refused.value.facts["errors"][0]["pointer"] == "#/key"


def test_an_item_no_longer_shared_is_not_verified(world, unchanged):
    world.grant(["code", "name"], verify_items=["contact"])
    world.edition(contact={"share_type": "not_shared"})
    with unchanged(), pytest.raises(ItemNotGranted):
        ask(world, {"contact": SECRET})


@pytest.mark.parametrize(
    ("key", "claims", "pointer"),
    [
        ({}, {"name": "x"}, "#/key"),
        ({"code": "110101", "name": "x"}, {"name": "x"}, "#/key"),
        ({"code": 110101}, {"name": "x"}, "#/key/code"),
        (KEY, {}, "#/claims"),
        (KEY, {"contact": SECRET}, "#/claims/contact"),
        (KEY, {"colour": "red"}, "#/claims/colour"),
        (KEY, {"area": "large"}, "#/claims/area"),
        (KEY, {"area": True}, "#/claims/area"),
        (KEY, {"revised_on": "yesterday"}, "#/claims/revised_on"),
        (KEY, {"name": ["东城区"]}, "#/claims/name"),
    ],
)
def test_what_cannot_be_compared_is_named(world, unchanged, key, claims, pointer):
    world.grant()
    dataset = Dataset.objects.select_related("schema").get(pk=world.dataset.pk)
    with unchanged(), pytest.raises(Invalid) as refused:
        verify_record(dataset, actor=world.actor("reader"), key=key, claims=claims, call=CALL)
    assert refused.value.facts["errors"][0]["pointer"] == pointer


def test_a_verification_leaves_its_line_in_the_ledger_and_no_value_anywhere(world, trail):
    grant = world.grant()
    ask(world, {"name": "东城区"})
    line = UseEntry.objects.get()
    assert (line.channel, line.grant_id, line.edition, line.rows) == ("verify", grant.pk, 1, 1)
    assert (line.purpose, line.end_user, line.reason) == (PURPOSE, "窗口 12", "办理落户")
    assert (line.items, len(line.subjects), len(line.digest)) == (["name"], 1, 64)
    assert line.system_id == world.reader.pk
    assert trail("record.verified")[0]["items"] == ["name"]
    told = str([*AuditEvent.objects.values(), *UseEntry.objects.values()])
    assert "东城区" not in told
    assert "110101" not in told
    assert Obligation.objects.get(kind="C5").state == "met"


@pytest.mark.parametrize("who", ["asker", "head"])
def test_people_verify_nothing(world, unchanged, who):
    world.grant()
    with unchanged(), pytest.raises(Forbidden):
        ask(world, {"name": "东城区"}, who=who)


def state(name, **more):
    return lambda grant: grant.change(state=name, **more)


def expire(grant):
    grant.change(ends_on=timezone.localdate() - timedelta(days=1))


REFUSED = [
    ("grant-ended", state("revoked"), CALL),
    ("grant-ended", state("finished"), CALL),
    ("grant-ended", state("disposed"), CALL),
    ("grant-expired", state("expired"), CALL),
    ("grant-expired", expire, CALL),
    ("grant-suspended", state("suspended"), CALL),
    ("grant-suspended", state("rectified"), CALL),
    ("mode-not-granted", lambda grant: grant.change(modes=["database"]), CALL),
    ("network-not-granted", lambda grant: grant.change(networks=["10.0.0.0/8"]), CALL),
    ("purpose-missing", lambda grant: None, NO_CALL),
    ("purpose-not-granted", lambda grant: None, Call(purpose="advertising")),
    ("quota-exceeded", lambda grant: grant.change(calls_per_day=0), CALL),
    ("quota-exceeded", lambda grant: grant.change(rows_per_day=0), CALL),
]


@pytest.mark.parametrize(("code", "spoil", "call"), REFUSED)
def test_each_reason_has_its_code_and_nothing_is_written(world, unchanged, code, spoil, call):
    spoil(world.grant())
    for deed in (lambda: ask(world, {"name": "东城区"}, call=call), lambda: look(world, call)):
        with unchanged(), pytest.raises(DomainError) as refused:
            deed()
        assert refused.value.code == code


def test_a_system_that_no_grant_names_is_told_so(world, unchanged):
    world.grant()
    sister = actor_for(SystemFactory(department=world.requester))
    for deed in (
        lambda: ask(world, {"name": "x"}, actor=sister),
        lambda: look(world, actor=sister),
    ):
        with unchanged(), pytest.raises(DomainError) as refused:
            deed()
        assert refused.value.code == "not-granted"


def test_a_further_system_of_the_grant_asks_as_well(world):
    sister = SystemFactory(department=world.requester)
    world.grant(systems=[sister.pk])
    assert ask(world, {"name": "东城区"}, actor=actor_for(sister)).found
    assert UseEntry.objects.get().system_id == sister.pk


@pytest.mark.parametrize(
    ("address", "lets"),
    [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("11.1.2.3", False), ("", False)],
)
def test_the_network_is_that_of_the_call(world, address, lets):
    world.grant(networks=["10.0.0.0/8"])
    actor = world.actor("reader").__class__(**{**vars(world.actor("reader")), "address": address})
    if lets:
        assert ask(world, {"name": "东城区"}, actor=actor).found
        return
    with pytest.raises(DomainError) as refused:
        ask(world, {"name": "东城区"}, actor=actor)
    assert refused.value.code == "network-not-granted"


def test_calls_and_rows_are_counted_by_day_and_end_at_the_bound(world):
    grant = world.grant(calls_per_day=3)
    look(world)
    ask(world, {"name": "x"})
    ask(world, {"name": "x"}, {"code": "999999"})
    day = GrantDay.objects.get()
    assert (day.grant_id, day.day, day.calls, day.rows) == (
        grant.pk,
        timezone.localdate(),
        3,
        2,
    )
    with pytest.raises(DomainError) as refused:
        look(world)
    assert refused.value.code == "quota-exceeded"
    assert 0 < refused.value.facts["retry_after"] <= 24 * 3600
    assert UseEntry.objects.count() == 3


def test_of_two_grants_the_one_that_names_the_purpose_is_used(world):
    first = world.grant(purposes=["audit"])
    world.grant()
    look(world, Call(purpose="audit"))
    assert UseEntry.objects.get().grant_id == first.pk
