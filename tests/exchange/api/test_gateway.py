"""Systems that sign as for a national or provincial gateway: one call, one signature, one use."""

import json

import pytest
from django.core.cache import cache

from accounts.actions.credentials import expire_calls
from accounts.actor import CLOCK
from exchange import gateways
from exchange.actions.gateway_keys import issue_gateway_key, revoke_gateway_key
from exchange.gateways import national_headers, provincial_headers
from exchange.models import GatewayKey, Grant, ServiceInterface, UseEntry
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import PURPOSE, row, shown
from tests.factories.interfaces import call as call_by_action
from tests.factories.interfaces import register
from tests.people import actor_for, member_with

ONE = row("110101", "东城区")
PURPOSES = {"X-Purpose": PURPOSE}
REFRESH = "/sysapi/auth/refreshappsecret"


@pytest.fixture
def interface(world, provider):
    provider.answer = {"data": {"rows": [ONE]}}
    world.grant(networks=["127.0.0.0/8"])
    return register(world, provider.url)


@pytest.fixture
def admin(world):
    return actor_for(member_with(("department_admin",), world.requester))


@pytest.fixture
def national(world, admin, interface, client):
    """Key, AppKey and the working secret fetched with it."""
    key, appkey = issue_gateway_key(world.reader, actor=admin, dialect="national")
    signed = national_headers(appkey, key.requester, interface.code)
    told = client.post(REFRESH, headers=signed, secure=True).json()
    assert (told["code"], told["message"]) == ("0", "成功")
    return key, appkey, gateways.unwrap(told["data"]["secret"], appkey)


@pytest.fixture
def provincial(world, admin, interface):
    return issue_gateway_key(world.reader, actor=admin, dialect="provincial")


def call(client, headers, path="/httpproxy", **how):
    return client.get(
        f"{path}?code=110101", **{"headers": {**PURPOSES, **headers}, "secure": True, **how}
    )


def refused(answer, status, detail=""):
    assert answer.status_code == status, answer.content
    assert detail in answer.json().get("detail", "")
    assert answer["X-Fault-At"] == "caller"
    assert UseEntry.objects.count() == 0


def test_a_national_call_is_taken_with_the_working_secret(client, national, interface):
    key, _, secret = national
    answer = call(client, national_headers(secret, key.requester, interface.code))
    assert answer.status_code == 200, answer.content
    assert answer.json() == {"items": [shown(ONE)]}
    use = UseEntry.objects.get()
    assert (use.interface_id, use.system_id) == (interface.pk, key.system_id)


def test_a_body_carries_parameters_as_well(client, national, interface):
    key, _, secret = national
    headers = PURPOSES | national_headers(secret, key.requester, interface.code)
    answer = client.post(
        "/httpproxy",
        json.dumps({"code": "110101"}),
        content_type="application/json",
        headers=headers,
        secure=True,
    )
    assert answer.status_code == 200, answer.content


def test_a_provincial_call_names_the_interface_in_its_address(client, provincial, interface):
    key, secret = provincial
    signed = provincial_headers(secret, key.requester)
    answer = call(client, signed, f"/httpproxy/{interface.code}")
    assert answer.json() == {"items": [shown(ONE)]}
    refused_later = call(client, signed, f"/httpproxy/{interface.code}")
    assert refused_later.status_code == 401


def test_a_signature_is_taken_once_also_after_the_cache_was_flushed(client, national, interface):
    key, _, secret = national
    signed = national_headers(secret, key.requester, interface.code)
    assert call(client, signed).status_code == 200
    cache.clear()
    expire_calls(actor=CLOCK)
    for path in ("/httpproxy", f"/httpproxy/{interface.code}"):
        answer = call(client, signed, path)
        assert (answer.status_code, answer["X-Fault-At"]) == (401, "caller")
        assert "taken already" in answer.json()["detail"]
    assert UseEntry.objects.count() == 1


def test_a_provincial_nonce_is_used_once_whatever_the_time_beside_it(client, provincial, interface):
    key, secret = provincial
    headers = provincial_headers(secret, key.requester)
    path = f"/httpproxy/{interface.code}"
    assert call(client, headers, path).status_code == 200
    later = str(int(headers["X-Timestamp"]) + 1)
    again = gateways.signature(secret, key.requester, later, headers["X-Nonce"])
    answer = call(client, headers | {"X-Timestamp": later, "X-Signature": again}, path)
    assert answer.status_code == 401


def test_wrong_signatures_times_and_requesters_are_refused(client, national, interface):
    key, appkey, secret = national
    right = national_headers(secret, key.requester, interface.code)
    late = str(gateways.now_ms() - 601_000)
    sign = gateways.signature(secret, interface.code, key.requester, late)
    for changes, detail in (
        ({"gjgxjhpt_sign": right["gjgxjhpt_sign"][::-1]}, "signature"),
        ({"gjgxjhpt_rtime": str(gateways.now_ms() + 7)}, "signature"),
        ({"gjgxjhpt_sid": "s_1_1"}, "signature"),
        ({"gjgxjhpt_rid": "nobody"}, "unknown"),
        ({"gjgxjhpt_sign": ""}, "send"),
        ({"gjgxjhpt_rtime": late, "gjgxjhpt_sign": sign}, "too long ago"),
        (national_headers(appkey, key.requester, interface.code), "signature"),
    ):
        refused(call(client, right | changes), 401, detail)
    assert call(client, right).status_code == 200


def test_without_tls_nothing_is_taken(client, national, interface):
    key, _, secret = national
    refused(
        call(client, national_headers(secret, key.requester, interface.code), secure=False), 403
    )


def test_the_signature_opens_its_interface_and_no_other(client, national, interface, world):
    key, _, secret = national
    other = register(world, interface.url)
    signed = national_headers(secret, key.requester, interface.code)
    refused(call(client, signed, f"/httpproxy/{other.code}"), 404)
    signed = national_headers(secret, key.requester, interface.code)
    api = client.post(
        f"/api/v1/interfaces/{interface.pk}/call", {}, headers=PURPOSES | signed, secure=True
    )
    assert api.status_code == 401


def test_the_only_purpose_of_a_grant_need_not_be_said(client, national, interface):
    key, _, secret = national
    signed = national_headers(secret, key.requester, interface.code)
    answer = client.get("/httpproxy?code=110101", headers=signed, secure=True)
    assert answer.status_code == 200
    assert UseEntry.objects.get().purpose == PURPOSE


def test_the_grant_must_name_networks_and_the_call_come_from_one(client, national, interface):
    key, _, secret = national
    for networks, code in (([], "gateway-not-pinned"), (["10.0.0.0/8"], "network-not-granted")):
        Grant.objects.update(networks=networks)
        answer = call(client, national_headers(secret, key.requester, interface.code))
        refused(answer, 403)
        assert answer.json()["code"] == code


def test_a_revoked_key_and_a_stopped_system_call_no_more(client, national, interface, world, admin):
    key, _, secret = national
    world.reader.state = "suspended"
    world.reader.save()
    refused(call(client, national_headers(secret, key.requester, interface.code)), 401, "may not")
    world.reader.state = "operating"
    world.reader.save()
    revoke_gateway_key(GatewayKey.objects.get(), actor=admin)
    refused(call(client, national_headers(secret, key.requester, interface.code)), 401, "unknown")


def test_a_system_without_such_a_key_is_not_known(client, interface, world):
    SystemFactory(department=world.requester)
    refused(call(client, national_headers("s", "r", interface.code)), 401)


def test_who_may_not_refresh_is_told_in_the_platforms_codes(client, national, interface):
    key, appkey, secret = national
    signed = national_headers(appkey, key.requester, interface.code)
    assert client.post(REFRESH, headers=signed, secure=True).status_code == 200
    again = client.post(REFRESH, headers=signed, secure=True)
    assert (again.status_code, again.json()["code"]) == (401, "E-106")
    wrong = national_headers(secret, key.requester, interface.code)
    assert client.post(REFRESH, headers=wrong, secure=True).json()["code"] == "E-106"
    plain = client.post(REFRESH, headers=national_headers(appkey, key.requester, "s"))
    assert (plain.status_code, plain.json()["code"]) == (403, "-1")


def test_a_provider_behind_a_national_gateway_is_called_in_its_way(
    client, world, provider, settings
):
    """The hub fetches the working secret with the authorisation key, once, and signs with it."""
    world.grant()
    appkey, working = gateways.new_key(), gateways.new_key()

    def answer(asked):
        sent = asked.headers
        parts = (sent["gjgxjhpt_sid"], sent["gjgxjhpt_rid"], sent["gjgxjhpt_rtime"])
        refresh = asked.path == REFRESH
        secret = appkey if refresh else working
        if not gateways.is_signed(sent["gjgxjhpt_sign"], secret, *parts):
            return {"code": "-1"}
        if refresh:
            assert asked.body["gjgxjhpt_rid"] == "rid-1"
            data = {
                "secret": gateways.wrap(working, appkey),
                "secretEndTime": "2099-01-01 00:00:00",
            }
            return {"code": "0", "data": data}
        return {"data": {"rows": [ONE]}}

    provider.answer = answer
    interface = register(
        world,
        provider.url,
        auth={
            "kind": "gateway-national",
            "requester": "rid-1",
            "service": "s_1_1",
            "refresh_url": f"http://{provider.address}{REFRESH}",
        },
        secret=appkey,
    )
    version = interface.version
    for _ in range(2):
        interface = ServiceInterface.objects.select_related("resource").get()
        assert ask(interface, world) == {"items": [shown(ONE)]}
    assert [asked.path for asked in provider.calls].count(REFRESH) == 1
    assert interface.version == version
    assert working not in ServiceInterface.objects.get().sealed


@pytest.mark.parametrize(
    "answer", [{}, [], {"code": "E-106"}, {"code": "0", "data": {"secret": "AAAA"}}, b"<html>"]
)
def test_a_gateway_that_gives_no_secret_is_the_providers_fault(world, provider, answer):
    world.grant()
    provider.answer = answer
    auth = {"kind": "gateway-national", "requester": "r", "service": "s"}
    auth["refresh_url"] = f"http://{provider.address}{REFRESH}"
    interface = register(world, provider.url, auth=auth, secret=gateways.new_key())
    with pytest.raises(Exception, match="gateway") as fault:
        ask(interface, world)
    assert fault.value.fault_at == "provider"


@pytest.mark.parametrize(
    ("auth", "check"),
    [
        ({"kind": "header", "name": "X-Api-Key"}, lambda h: h["x-api-key"] == "top-secret"),
        (
            {"kind": "basic", "user": "hub"},
            lambda h: h["authorization"] == "Basic aHViOnRvcC1zZWNyZXQ=",
        ),
        (
            {"kind": "gateway-provincial", "requester": "hub-1"},
            lambda h: gateways.is_signed(
                h["x-signature"], "top-secret", "hub-1", h["x-timestamp"], h["x-nonce"]
            ),
        ),
        (
            {"kind": "gateway-national", "requester": "hub-1", "service": "s_1_1"},
            lambda h: gateways.is_signed(
                h["gjgxjhpt_sign"], "top-secret", "s_1_1", "hub-1", h["gjgxjhpt_rtime"]
            ),
        ),
    ],
)
def test_the_hub_shows_itself_as_the_interface_declares(world, provider, auth, check):
    world.grant()
    provider.answer = {"data": {"rows": []}}
    ask(register(world, provider.url, auth=auth, secret="top-secret"), world)
    assert check(provider.calls[0].headers)


def ask(interface, world):
    return json.loads(call_by_action(interface, world).body)
