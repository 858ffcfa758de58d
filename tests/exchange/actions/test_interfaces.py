"""Service interfaces: registered by their provider, changed and stopped not behind backs."""

import pytest
from django.utils import timezone

from accounts.models import Notice, SystemHold
from catalog.models import Resource
from exchange.actions import interfaces
from exchange.actions.datasets import close_dataset
from exchange.actions.grants import revoke_grant
from exchange.actions.holdings import report_holdings
from exchange.actions.services import announce_change, complete_change, reply_change
from exchange.errors import ChangeNotCleared, DestinationRefused, NotYourSystem
from exchange.interface_errors import InterfaceUnreachable
from exchange.models import InterfaceDay, ServiceInterface
from kernel.errors import Conflict, Forbidden, IllegalMove, Invalid, Stale
from kernel.sealing import unseal
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import row
from tests.factories.interfaces import CODE, register

KEY = "k-7f31-never-shown"
HEADER = {"kind": "header", "name": "X-Api-Key"}


@pytest.fixture
def interface(world, provider):
    provider.answer = {"data": {"rows": [row("110101")]}}
    return register(world, provider.url)


def change(interface, world, **values):
    fresh = ServiceInterface.objects.select_related("resource").get(pk=interface.pk)
    return interfaces.change_interface(
        fresh, actor=world.actor("steward"), expected=fresh.version, values=values
    )


def clear(interface, world, kind):
    announced = announce_change(
        interface,
        actor=world.actor("head"),
        kind=kind,
        reason="系统升级",
        effective_on=timezone.localdate(),
    )
    reply_change(announced, actor=world.actor("asker_head"), agrees=True)
    return announced


def test_codes_count_from_one_within_the_department(world, provider, interface):
    code = world.provider.credit_code
    second = register(world, provider.url)
    assert (interface.code, second.code) == (f"s_{code}_1", f"s_{code}_2")


def test_a_registration_that_fails_takes_no_number(world, provider, interface):
    with pytest.raises(Invalid):
        register(world, provider.url, records_at="data/rows")
    assert register(world, provider.url).code.endswith("_2")


def test_a_secret_is_sealed_and_in_no_trail(world, provider, trail):
    made = register(world, provider.url, auth=HEADER, secret=KEY)
    assert KEY not in made.sealed
    assert KEY in unseal(made.sealed)
    assert KEY not in str(trail("interface.registered"))
    assert KEY not in str(made.auth)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"method": "PUT"}, "method"),
        ({"timeout_ms": 50}, "timeout_ms"),
        ({"timeout_ms": 60_000}, "timeout_ms"),
        ({"cache_seconds": 90_000}, "cache_seconds"),
        ({"records_at": "/data/~2"}, "records_at"),
        ({"result_codes": ["A"]}, "result_codes"),
        ({"kind": "verify", "result_codes": ["张三"]}, "result_codes"),
        ({"parameters": [CODE, CODE]}, "parameters/1/name"),
        ({"parameters": [CODE | {"name": "a b"}]}, "parameters/0/name"),
        ({"parameters": [CODE | {"place": "body"}]}, "parameters/0/place"),
        ({"parameters": [CODE | {"item": "colour"}]}, "parameters/0/item"),
        ({"auth": {"kind": "magic"}, "secret": KEY}, "auth/kind"),
        ({"auth": {"kind": "header"}, "secret": KEY}, "auth/name"),
        ({"auth": HEADER}, "secret"),
        ({"auth": {}, "secret": KEY}, "secret"),
        ({"auth": HEADER | {"name": "Host"}, "secret": KEY}, "auth/name"),
        ({"auth": HEADER | {"name": "X-A\r\nB"}, "secret": KEY}, "auth/name"),
        ({"auth": HEADER, "secret": "a\r\nHost: b"}, "secret"),
        ({"auth": {"kind": "basic", "user": "a:b"}, "secret": KEY}, "auth/user"),
        ({"auth": HEADER | {"user": "a"}, "secret": KEY}, "auth/user"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(
    world, provider, unchanged, changes, field
):
    with unchanged(), pytest.raises(Invalid) as refusal:
        register(world, provider.url, **changes)
    assert [error["pointer"] for error in refusal.value.facts["errors"]] == [f"#/{field}"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/latest",
        "ftp://10.0.0.1/",
        "https://user:pass@10.0.0.1/",
        "https://[::1]/",
    ],
)
def test_only_what_the_operator_permits_is_registered(world, provider, unchanged, url):
    with unchanged(), pytest.raises(DestinationRefused):
        register(world, url)
    auth = {"kind": "gateway-national", "requester": "r", "service": "s", "refresh_url": url}
    with unchanged(), pytest.raises(DestinationRefused):
        register(world, provider.url, auth=auth, secret=KEY)


def test_the_system_is_a_running_one_of_the_department(world, provider, unchanged):
    strange = SystemFactory(department=world.requester)
    with unchanged(), pytest.raises(NotYourSystem):
        interfaces.register_interface(
            world.resource,
            actor=world.actor("steward"),
            system=strange,
            name="x",
            method="GET",
            url=provider.url,
            auth={},
        )


@pytest.mark.parametrize("who", ["head", "asker", "publisher"])
def test_the_providers_steward_registers_and_nobody_else(world, provider, unchanged, who):
    with unchanged(), pytest.raises(Forbidden):
        interfaces.register_interface(
            world.resource,
            actor=world.actor(who),
            system=world.publisher,
            name="x",
            method="GET",
            url=provider.url,
            auth={},
        )


def test_what_does_not_touch_callers_is_changed_at_once(world, interface, provider):
    world.grant()
    changed = change(interface, world, timeout_ms=900, auth=HEADER, secret=KEY)
    assert (changed.timeout_ms, changed.auth) == (900, HEADER)
    assert KEY in unseal(changed.sealed)
    optional = {"name": "year", "place": "query"}
    assert len(change(interface, world, parameters=[CODE, optional]).parameters) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"parameters": []},
        {"parameters": [CODE, {"name": "year", "place": "query", "required": True}]},
        {"kind": "verify"},
    ],
)
def test_what_breaks_callers_is_announced_first(world, interface, unchanged, values):
    world.grant()
    with unchanged(), pytest.raises(ChangeNotCleared):
        change(interface, world, **values)
    clear(interface, world, "change")
    change(interface, world, **values)


def test_two_who_change_the_same_version_do_not_overwrite_each_other(world, interface):
    values = {"name": "新名"}
    steward = world.actor("steward")
    interfaces.change_interface(interface, actor=steward, expected=1, values=values)
    with pytest.raises(Stale):
        interfaces.change_interface(interface, actor=steward, expected=1, values=values)


def test_a_pause_is_told_to_those_served_and_ends(world, interface):
    world.grant()
    steward = world.actor("steward")
    interfaces.pause_interface(interface, actor=steward, reason="系统维护")
    assert Notice.objects.get(verb="interface.paused").department_id == world.requester.pk
    with pytest.raises(IllegalMove):
        interfaces.pause_interface(interface, actor=steward, reason="再次")
    ServiceInterface.objects.update(failures=9, open_until=timezone.now())
    resumed = interfaces.resume_interface(interface, actor=steward)
    assert (resumed.state, resumed.failures, resumed.open_until) == ("open", 0, None)


def test_an_interface_is_not_closed_behind_the_backs_of_those_served(world, interface, unchanged):
    world.grant()
    steward = world.actor("steward")
    with unchanged(), pytest.raises(ChangeNotCleared):
        interfaces.close_interface(interface, actor=steward)
    announced = clear(interface, world, "stop")
    with pytest.raises(Conflict, match="close the interface first"):
        complete_change(announced, actor=world.actor("head"))
    assert interfaces.close_interface(interface, actor=steward).state == "closed"
    assert complete_change(announced, actor=world.actor("head")).state == "completed"
    with pytest.raises(Conflict):
        change(interface, world, name="死后")


def test_who_has_no_grant_for_interfaces_is_not_asked(world, interface):
    world.grant(modes=["database"])
    assert interfaces.close_interface(interface, actor=world.actor("steward")).state == "closed"


def tried(interface, world, **parameters):
    return interfaces.test_interface(
        interface, actor=world.actor("steward"), parameters=parameters or {"code": "110101"}
    )


def test_a_test_shows_status_time_and_whether_the_records_are_where_they_should_be(
    world, interface, provider, trail
):
    provider.answer = {"data": {"rows": [{"code": "110101", "name": "canary", "other": 1}]}}
    tested = tried(interface, world)
    assert (tested.status, tested.records, tested.fault) == (200, 1, "")
    assert 0 <= tested.duration_ms < 2000
    assert (tested.items, tested.missing[0]) == (("code", "name"), "level")
    assert "canary" not in f"{tested} {trail('interface.tested')}"
    provider.answer = {"result": []}
    assert "nothing at the place" in tried(interface, world).fault
    provider.status = 500
    failed = tried(interface, world)
    assert (failed.status, failed.fault) == (
        None,
        "provider-failed: it answered with status 500",
    )
    # A provider that tries things out spoils nobody's statistics.
    assert InterfaceDay.objects.count() == 0


def test_only_the_provider_tests(world, interface, provider):
    world.grant()
    with pytest.raises(Forbidden):
        interfaces.test_interface(interface, actor=world.actor("asker"), parameters={})
    assert provider.calls == []


def test_a_test_of_an_address_taken_off_the_list_says_so(world, interface, settings):
    settings.EGRESS_TEST_ADDRESSES = []
    assert tried(interface, world).fault.startswith(InterfaceUnreachable.code)


def test_an_interface_that_others_call_holds_its_system_until_it_closes(world, interface):
    close_dataset(world.dataset, actor=world.actor("steward"))
    assert SystemHold.objects.count() == 0
    grant = world.grant()
    hold = SystemHold.objects.get()
    assert (hold.system_id, hold.kind, hold.reference) == (
        world.publisher.pk,
        "interface",
        interface.pk,
    )
    revoke_grant(grant, actor=world.actor("head"), reason="终止")
    assert SystemHold.objects.count() == 0


def test_an_interface_alone_makes_a_resource_attached(world, interface):
    def attached():
        return Resource.objects.values_list("is_attached", flat=True).get(pk=world.resource.pk)

    steward = world.actor("steward")
    close_dataset(world.dataset, actor=steward)
    assert attached()
    Resource.objects.filter(pk=world.resource.pk).update(is_attached=False)
    assert report_holdings() == 1
    assert attached()
    interfaces.close_interface(interface, actor=steward)
    assert not attached()


def test_another_running_system_of_the_department_takes_over_and_is_held(world, interface):
    close_dataset(world.dataset, actor=world.actor("steward"))
    world.grant()
    with pytest.raises(NotYourSystem):
        change(interface, world, system=SystemFactory(department=world.requester))
    successor = SystemFactory(department=world.provider)
    change(interface, world, system=successor)
    assert SystemHold.objects.get().system_id == successor.pk
