"""Calls of service interfaces: what is granted goes out, and nothing else; faults have a place."""

import json
import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.actor import CLOCK
from accounts.models import AuditEvent, Notice, Obligation
from exchange import providers
from exchange.actions.grants import expire_due, revoke_grant, suspend_grant
from exchange.actions.interface_calls import call_interface
from exchange.actions.interfaces import pause_interface
from exchange.actions.uses import find_uses
from exchange.errors import (
    GrantEnded,
    GrantExpired,
    GrantSuspended,
    ModeNotGranted,
    NetworkNotGranted,
    NotGranted,
    PurposeMissing,
    QuotaExceeded,
)
from exchange.interface_errors import (
    ConditionNotKept,
    InterfaceStopped,
    ProviderFailed,
    ProviderRefused,
    ProviderTimeout,
)
from exchange.models import Grant, GrantDay, ServiceInterface, UseEntry
from exchange.vocabulary import Channel
from kernel.errors import DomainError, Invalid
from tests.factories.exchange import GRANTED, PURPOSE, SECRET, row, shown
from tests.factories.interfaces import CALL, call, register, rows_of
from tests.people import actor_for, member_with

ONE = row("110101", "东城区") | {"internal": "canary-8841"}


@pytest.fixture
def interface(world, provider):
    provider.answer = {"data": {"rows": [ONE]}, "trace": "canary-9127"}
    return register(world, provider.url)


def test_only_granted_items_of_the_records_go_out(world, interface, provider):
    world.grant()
    answered = call(interface, world)
    assert rows_of(answered) == [shown(ONE)]
    assert answered.rows == 1
    (asked,) = provider.calls
    assert (asked.method, asked.query, asked.body) == ("GET", {"code": "110101"}, None)


def test_what_is_not_granted_appears_nowhere(world, interface, provider, caplog):
    """Not in the answer, the ledger, the trail, the log, the cache or an error."""
    interface.change(cache_seconds=60)
    grant = world.grant()
    caplog.set_level(logging.DEBUG)
    told = [call(interface, world).body.decode()]
    provider.status = 500
    with pytest.raises(ProviderFailed) as refused:
        call(interface, world, "110102")
    provider.status, provider.answer = 200, {"data": {"rows": [ONE | {"area": "canary-8841"}]}}
    with pytest.raises(ProviderFailed) as unfit:
        call(interface, world, "110103")
    told += [f"{f.value.detail} {f.value.facts}" for f in (refused, unfit)]
    told += [str(list(rows.values())) for rows in (AuditEvent.objects, UseEntry.objects)]
    told += [str(list(Notice.objects.values())), caplog.text]
    client = cache._cache.get_client()
    told += [f"{key} {client.get(key)}" for key in client.keys("*interface:*")]
    for canary in ("canary-", SECRET):
        assert canary not in "".join(told)
    # Nor does the cache hold what was granted in clear.
    kept = "".join(told[-len(client.keys("*interface:*")) :])
    assert "东城区" not in kept
    assert str(grant.pk) not in kept
    assert "110101" not in kept


def test_the_ledger_and_the_trail_say_who_was_given_how_much_and_for_what(world, interface, trail):
    grant = world.grant()
    call(interface, world)
    use = UseEntry.objects.get()
    assert (use.channel, use.interface_id, use.dataset_id) == (
        Channel.SERVICE,
        interface.pk,
        None,
    )
    assert (use.purpose, use.end_user, use.reason) == (PURPOSE, "窗口 12", "核对注册地")
    assert (use.items, use.rows, use.grant_id) == (GRANTED, 1, grant.pk)
    assert trail("interface.called")[0]["rows"] == 1
    assert Obligation.objects.get(kind="C5").state == "met"


def test_who_received_a_record_is_found_through_the_interface_too(world, interface):
    world.grant()
    call(interface, world)
    auditor = actor_for(member_with(("auditor",), None))
    found = list(find_uses(world.dataset, {"code": "110101"}, actor=auditor))
    assert [use.interface_id for use in found] == [interface.pk]
    assert list(find_uses(world.dataset, {"code": "110102"}, actor=auditor)) == []


def test_the_provider_is_told_purpose_end_user_and_reason_and_no_key_of_the_caller(
    world, interface, provider
):
    world.grant()
    call(interface, world)
    sent = provider.calls[0].headers
    assert sent["x-purpose"] == PURPOSE
    assert sent["x-end-user"] == "%E7%AA%97%E5%8F%A3 12"
    assert "authorization" not in sent


def test_masks_and_the_row_condition_hold(world, interface, provider):
    world.grant(
        masks={"name": {"kind": "partial", "form": "ends", "head": 1, "tail": 0}},
        condition="level = '3'",
    )
    provider.answer = {"data": {"rows": [ONE, row("110102", "西城区", level="2")]}}
    answered = call(interface, world)
    assert [(r["code"], r["name"]) for r in rows_of(answered)] == [("110101", "东**")]
    assert UseEntry.objects.get().rows == 1


def test_a_condition_over_an_item_that_the_answer_lacks_shows_no_row(world, interface, provider):
    world.grant(condition="level = '3'")
    provider.answer = {"data": {"rows": [{"code": "110101", "name": "东城区"}]}}
    assert rows_of(call(interface, world)) == []


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        ({"data": {"rows": None}}, []),
        ({"data": {"rows": []}}, []),
        ({"data": {"rows": {"code": "110101", "name": "一"}}}, ["一"]),
        ({"data": {"rows": [{"code": 110101, "name": "一", "area": 1.5}]}}, ["一"]),
    ],
)
def test_none_one_and_numbers_are_read_as_records(world, interface, provider, answer, rows):
    world.grant()
    provider.answer = answer
    assert [found["name"] for found in rows_of(call(interface, world))] == rows


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>down</html>",
        b"\xff\xfe",
        b"[" * 100_000,
        {"data": {}},
        {"data": {"rows": "110101"}},
        {"data": {"rows": [["110101"]]}},
        {"data": {"rows": [ONE | {"name": {"of": "canary"}}]}},
        {"data": {"rows": [ONE | {"area": "much"}]}},
        b'{"data": {"rows": [{"code": "\\ud800"}]}}',
        b'{"data": {"rows": NaN}}',
    ],
)
def test_an_answer_that_cannot_be_read_is_the_providers_fault(world, interface, provider, answer):
    world.grant(calls_per_day=1)
    provider.answer = answer
    with pytest.raises(ProviderFailed) as fault:
        call(interface, world)
    assert fault.value.fault_at == "provider"
    assert UseEntry.objects.count() == 0
    # Nothing was given, so nothing of the day's calls is used up.
    assert GrantDay.objects.get().calls == 0


@pytest.mark.parametrize(
    ("status", "headers", "refusal"),
    [
        (500, {}, ProviderFailed),
        (503, {}, ProviderFailed),
        (404, {}, ProviderRefused),
        (401, {}, ProviderRefused),
        (302, {"Location": "http://127.0.0.1:1/"}, ProviderFailed),
        (200, {"Content-Encoding": "gzip"}, ProviderFailed),
    ],
)
def test_what_the_provider_does_wrong_is_named(
    world, interface, provider, status, headers, refusal
):
    world.grant()
    provider.status, provider.headers = status, headers
    with pytest.raises(refusal):
        call(interface, world)
    assert len(provider.calls) == 1


def test_an_answer_beyond_eight_megabytes_is_cut_off(world, interface, provider):
    world.grant()
    provider.answer = b'{"data": {"rows": []}, "x": "' + b"x" * 9_000_000 + b'"}'
    with pytest.raises(ProviderFailed, match="more than"):
        call(interface, world)


def test_a_provider_that_takes_too_long_is_not_waited_for(world, interface, provider):
    world.grant()
    interface.change(timeout_ms=200)
    provider.pause = 1.0
    began = timezone.now()
    with pytest.raises(ProviderTimeout):
        call(interface, world)
    assert timezone.now() - began < timedelta(seconds=0.9)


def test_a_provider_that_is_away_and_one_off_the_list_are_told_apart(
    world, interface, provider, settings
):
    world.grant()
    provider.close()
    with pytest.raises(ProviderFailed, match="connection failed"):
        call(interface, world)
    settings.EGRESS_TEST_ADDRESSES = []
    with pytest.raises(DomainError) as fault:
        call(interface, world)
    assert (fault.value.code, fault.value.fault_at) == ("interface-unreachable", "hub")


def refused(interface, world, refusal, provider, **how):
    with pytest.raises(refusal):
        call(interface, world, **how)
    assert provider.calls == []
    assert UseEntry.objects.count() == 0


def test_without_a_living_grant_the_provider_is_not_even_asked(world, interface, provider):
    refused(interface, world, NotGranted, provider)
    grant = world.grant()
    head = world.actor("head")
    suspend_grant(grant, actor=head, reason="违规", rectify_by=timezone.localdate())
    refused(interface, world, GrantSuspended, provider)
    revoke_grant(Grant.objects.get(), actor=head, reason="终止")
    refused(interface, world, GrantEnded, provider)


def test_after_its_last_day_a_grant_opens_nothing(world, interface, provider):
    world.grant()
    Grant.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    refused(interface, world, GrantExpired, provider)
    expire_due(actor=CLOCK)
    refused(interface, world, GrantExpired, provider)


def test_mode_purpose_and_network_are_asked(world, interface, provider):
    world.grant(modes=["database"])
    refused(interface, world, ModeNotGranted, provider)
    world.grant(networks=["10.0.0.0/8"])
    refused(interface, world, NetworkNotGranted, provider)
    Grant.objects.update(networks=[])
    refused(interface, world, PurposeMissing, provider, call=type(CALL)())


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"code": ""},
        {"code": "110101", "limit": 5},
        {"code": {"$ne": ""}},
        {"code": ["110101"]},
        {"code": "1\n2"},
        {"code": "1" * 1001},
        {"code": 10**19},
    ],
)
def test_parameters_that_are_not_declared_or_not_plain_are_refused(
    world, interface, provider, parameters
):
    world.grant()
    refused(interface, world, Invalid, provider, parameters=parameters)


def test_nobody_asks_by_an_item_that_is_hidden_from_it(world, interface, provider):
    """Whoever may ask by it confirms guesses."""
    masks = {"name": {"kind": "partial", "form": "ends", "head": 1, "tail": 0}}
    world.grant(masks=masks)
    for asked in (
        {"name": "tel", "place": "query", "item": "contact"},
        {"name": "contact", "place": "query"},
        {"name": "title", "place": "query", "item": "name"},
    ):
        interface.change(parameters=[asked])
        refused(interface, world, Invalid, provider, parameters={asked["name"]: "1"})


def test_a_paused_interface_says_so(world, interface, provider):
    world.grant()
    pause_interface(interface, actor=world.actor("steward"), reason="系统维护")
    with pytest.raises(InterfaceStopped, match="系统维护"):
        call(interface, world)
    assert provider.calls == []


def test_a_verification_answers_yes_no_or_a_declared_code_and_nothing_else(
    world, interface, provider
):
    world.grant()
    interface.change(kind="verify", records_at="/data/result", result_codes=["A1"])
    for answer, told in ((True, True), ("不一致", False), ("A1", "A1")):
        provider.answer = {"data": {"result": answer, "name": "东城区"}}
        assert json.loads(call(interface, world).body) == {"result": told}
    for answer in ("东城区", "A2", 19900101, [], {"name": "东城区"}, None):
        provider.answer = {"data": {"result": answer}}
        with pytest.raises(ProviderFailed):
            call(interface, world)
        ServiceInterface.objects.update(failures=0)
    assert UseEntry.objects.filter(items=[], rows=1).count() == 3


def test_a_verification_cannot_keep_to_a_row_condition(world, interface, provider):
    world.grant(condition="level = '3'")
    interface.change(kind="verify", records_at="/data/result")
    refused(interface, world, ConditionNotKept, provider)


def test_rows_count_against_the_day_and_those_too_many_are_not_given(world, interface, provider):
    world.grant(rows_per_day=2)
    provider.answer = {"data": {"rows": [row(f"11010{n}") for n in range(3)]}}
    with pytest.raises(QuotaExceeded):
        call(interface, world)
    assert UseEntry.objects.count() == 0
    assert GrantDay.objects.get().rows == 0


def test_a_grant_that_is_revoked_while_the_provider_is_waited_for_gives_nothing(
    world, interface, provider, monkeypatch
):
    grant = world.grant()
    ask = providers.ask_provider

    def ask_slowly(*asked):
        answer = ask(*asked)
        revoke_grant(grant, actor=world.actor("head"), reason="终止")
        return answer

    monkeypatch.setattr(providers, "ask_provider", ask_slowly)
    with pytest.raises(GrantEnded):
        call(interface, world)
    assert len(provider.calls) == 1
    assert UseEntry.objects.count() == 0


def test_people_do_not_call(world, interface, provider):
    world.grant()
    refused(interface, world, DomainError, provider, actor=world.actor("asker"))


def test_another_system_of_the_department_needs_to_be_named(world, interface):
    world.grant()
    with pytest.raises(NotGranted):
        call_interface(
            interface, actor=world.actor("publisher"), parameters={"code": "1"}, call=CALL
        )
