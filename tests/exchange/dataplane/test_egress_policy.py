"""Which destinations are permitted: the hostile forms, the list and its entries."""

from __future__ import annotations

import ipaddress

import httpx2
import pytest

from exchange.dataplane.addresses import never_allowed, parse_place
from exchange.dataplane.egress import (
    EgressPolicy,
    check_url,
    http_client,
    resolve,
)
from exchange.dataplane.errors import Terminal, Transient
from tests.exchange.dataplane.canary import Canary, answering

EVERYTHING = ("0.0.0.0/0", "::/0", "http://0.0.0.0/0", "http://[::/0]", "http://canary.test")


def refused(host: str, port: int, policy: EgressPolicy, *, plain: bool = False) -> str:
    with pytest.raises(Terminal) as refusal:
        resolve(host, port, policy, plain=plain)
    assert refusal.value.code == "egress-denied"
    return refusal.value.detail


# {port} is the canary's; every form but the last group means loopback to some parser.
HOSTILE = [
    "http://127.0.0.1:{port}/", "http://127.0.0.1.:{port}/", "http://127.1:{port}/",
    "http://127.0.1:{port}/", "http://127.255.255.254:{port}/", "http://127.000.000.001:{port}/",
    "http://2130706433:{port}/", "http://2130706433.:{port}/", "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/", "http://0x7f.0x0.0x0.0x1:{port}/", "http://0x7f.1:{port}/",
    "http://0X7F000001:{port}/", "http://017700000001:{port}/", "http://0177.0.0.1:{port}/",
    "http://0177.0.0.01:{port}/", "http://00000177.0.0.1:{port}/", "http://127.0x1:{port}/",
    "http://4294967295:{port}/", "http://6425673729:{port}/", "http://0:{port}/",
    "http://0.0.0.0:{port}/", "http://0.0.0.1:{port}/", "http://0x0:{port}/",
    "http://localhost:{port}/", "http://LOCALHOST:{port}/", "http://localhost.:{port}/",
    "http://[::1]:{port}/", "http://[0:0:0:0:0:0:0:1]:{port}/", "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/", "http://[::ffff:0.0.0.0]:{port}/",
    "http://[::127.0.0.1]:{port}/", "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b::a9fe:a9fe]:{port}/", "http://[64:ff9b:1::127.0.0.1]:{port}/",
    "http://[64:ff9b:1:7f00:0:1::]:{port}/", "http://[2002:7f00:1::]:{port}/",
    "http://[2002:7f00:0001::1]:{port}/", "http://[2002:a9fe:a9fe::]:{port}/",
    "http://[2001:0:7f00:1::]:{port}/", "http://[2001:0:0:0:0:0:80ff:fffe]:{port}/",
    "http://[fd00::5efe:127.0.0.1]:{port}/", "http://[fd00::200:5efe:7f00:1]:{port}/",
    "http://[fe80::1]:{port}/", "http://[fe80::1%25lo]:{port}/", "http://[febf::1]:{port}/",
    "http://[fec0::1]:{port}/", "http://[ff02::1]:{port}/", "http://[100::1]:{port}/",
    "http://[fd00:ec2::254]:{port}/", "http://[fd20:ce::254]:{port}/",
    "http://169.254.169.254/", "http://169.254.0.23/", "http://2852039166/",
    "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://[::ffff:169.254.169.254]/",
    "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.192/",
    "http://224.0.0.1:{port}/", "http://239.255.255.250:{port}/", "http://240.0.0.1:{port}/",
    "http://255.255.255.255:{port}/", "https://127.0.0.1:{port}/", "https://localhost:{port}/",
    "http://user@127.0.0.1:{port}/", "http://user:word@127.0.0.1:{port}/",
    "http://good.test@127.0.0.1:{port}/", "http://127.0.0.1:{port}@good.test/",
    "http://good.test%40127.0.0.1:{port}/", "http://good.test\\@127.0.0.1:{port}/",
    "http://good.test#@127.0.0.1:{port}/", "http://127%2e0%2e0%2e1:{port}/",
    "http://127.0.0.1%00.good.test:{port}/", "http://127。0。0。1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/", "http://１２７.0.0.1:{port}/", "http://lo‍calhost:{port}/",
    "http:///127.0.0.1:{port}/", "http://:{port}/", "//127.0.0.1:{port}/", "127.0.0.1:{port}",
    "gopher://127.0.0.1:{port}/_PING", "ftp://127.0.0.1:{port}/", "file:///etc/hostname",
    "ws://127.0.0.1:{port}/", "unix:///tmp/socket", "http+unix://%2Ftmp%2Fsocket/",
    "http://canary.test:0/", "http://canary.test:65536/", "http://canary.test:-1/",
    "http://canary.test:{port}/",
]  # fmt: skip


@pytest.mark.parametrize("form", HOSTILE)
def test_no_spelling_of_a_forbidden_place_reaches_the_canary(form: str, canary: Canary) -> None:
    policy = EgressPolicy(allow=EVERYTHING, resolver=answering("127.0.0.1"))
    client = http_client(policy, timeout=2.0)
    with pytest.raises((Terminal, httpx2.InvalidURL, httpx2.UnsupportedProtocol)) as refusal:
        client.get(form.format(port=canary.port))
    if isinstance(refusal.value, Terminal):
        assert refusal.value.code == "egress-denied"
    assert canary.connections == 0


def test_the_hostile_table_is_large_and_the_canary_can_be_reached(canary: Canary) -> None:
    assert len(set(HOSTILE)) >= 60
    policy = EgressPolicy(open_addresses=(f"127.0.0.1:{canary.port}",))
    with pytest.raises(httpx2.HTTPError):
        http_client(policy, timeout=2.0).get(f"http://127.0.0.1:{canary.port}/")
    assert canary.connections == 1


@pytest.mark.parametrize(
    "address",
    ["127.8.8.8", "::1", "fe80::1%eth0", "169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1"],
)
def test_an_address_never_allowed_is_so_in_each_disguise(address: str) -> None:
    assert never_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "192.168.1.1", "100.64.0.1", "2002:a00:1::", "240e::1", "fd00::1"]
)
def test_private_and_public_addresses_are_the_lists_business(address: str) -> None:
    assert not never_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("allow", "host", "port", "answer"),
    [
        ("10.0.0.0/8", "10.1.2.3", 5432, "10.1.2.3"),
        ("10.0.0.0/8:5432", "10.1.2.3", 5432, "10.1.2.3"),
        ("10.1.2.3", "10.1.2.3", 443, "10.1.2.3"),
        ("10.0.0.0/8", "::ffff:10.1.2.3", 443, "10.1.2.3"),
        ("[fd00::/8]:443", "fd12::1", 443, "fd12::1"),
        ("fd00::/8", "fd12::1", 80, "fd12::1"),
        ("data.test", "DATA.test.", 443, "10.9.9.9"),
        ("data.test:443", "data.test", 443, "10.9.9.9"),
        ("10.9.9.9/32", "data.test", 443, "10.9.9.9"),
        ("8.8.8.8", "8.8.8.8", 53, "8.8.8.8"),
    ],
)
def test_an_entry_opens_what_it_names(allow: str, host: str, port: int, answer: str) -> None:
    policy = EgressPolicy(allow=(allow,), resolver=answering("10.9.9.9"))
    assert resolve(host, port, policy) == [answer]


@pytest.mark.parametrize(
    ("allow", "host", "port"),
    [
        ((), "10.1.2.3", 443),
        ((), "8.8.8.8", 443),
        (("10.0.0.0/8:5432",), "10.1.2.3", 5433),
        (("10.0.0.0/8",), "11.0.0.1", 443),
        (("data.test",), "other.test", 443),
        (("data.test",), "sub.data.test", 443),
        (("data.test:443",), "data.test", 444),
        (("::/0",), "10.1.2.3", 443),
        (("::/0",), "64:ff9b::10.1.2.3", 443),
        (("0.0.0.0/0",), "fd00::1", 443),
    ],
)
def test_what_no_entry_names_is_refused(allow: tuple[str, ...], host: str, port: int) -> None:
    policy = EgressPolicy(allow=allow, resolver=answering("10.9.9.9"))
    detail = refused(host, port, policy)
    assert detail.startswith(f"{host}:{port} is not a permitted destination: an administrator")
    assert detail.endswith("can add it to EGRESS_ALLOW.")


def test_a_refusal_names_the_host_and_not_its_addresses() -> None:
    policy = EgressPolicy(resolver=answering(["10.77.1.2", "fd00::77"]))
    detail = refused("inside.test", 443, policy)
    assert "inside.test:443" in detail
    assert "10.77" not in detail
    assert "fd00" not in detail


def test_plain_http_needs_an_entry_of_its_own() -> None:
    sealed = EgressPolicy(allow=("10.0.0.0/8",))
    assert resolve("10.1.2.3", 443, sealed) == ["10.1.2.3"]
    assert "http://" in refused("10.1.2.3", 80, sealed, plain=True)
    opened = EgressPolicy(allow=("10.0.0.0/8", "http://10.1.2.3:80"))
    assert resolve("10.1.2.3", 80, opened, plain=True) == ["10.1.2.3"]
    refused("10.1.2.4", 80, opened, plain=True)
    refused("10.1.2.3", 81, opened, plain=True)


def test_one_forbidden_address_among_many_refuses_the_name() -> None:
    policy = EgressPolicy(allow=("10.0.0.0/8",), resolver=answering(["10.1.1.1", "127.0.0.1"]))
    refused("mixed.test", 443, policy)


def test_an_address_the_list_does_not_open_is_passed_over() -> None:
    policy = EgressPolicy(allow=("10.0.0.0/8",), resolver=answering(["240e::1", "10.1.1.1"]))
    assert resolve("dual.test", 443, policy) == ["10.1.1.1"]


@pytest.mark.parametrize("own", ["10.0.0.5", "10.0.0.0/24", "10.0.0.5:5432", "hub.test", "db.hub"])
def test_the_platforms_own_places_are_refused_by_name_and_by_address(own: str) -> None:
    policy = EgressPolicy(
        allow=("0.0.0.0/0", "hub.test"), denied=(own,), resolver=answering("10.0.0.5")
    )
    refused("hub.test", 5432, policy)
    refused("10.0.0.5", 5432, policy)


def test_a_test_address_is_opened_exactly() -> None:
    policy = EgressPolicy(
        open_addresses=("127.0.0.1:8001",), denied=("127.0.0.1",), resolver=answering("127.0.0.1")
    )
    assert resolve("127.0.0.1", 8001, policy, plain=True) == ["127.0.0.1"]
    refused("127.0.0.1", 8002, policy)
    refused("127.0.0.2", 8001, policy)
    refused("localhost", 8001, policy)


def test_a_name_without_address_is_transient() -> None:
    with pytest.raises(Transient) as failure:
        resolve("no-such-name.invalid", 443, EgressPolicy(allow=("0.0.0.0/0",)))
    assert failure.value.code == "name-unresolved"


@pytest.mark.parametrize(
    "entry",
    ["", "10.0.0.1/8", "*.gov.cn", "0x7f.1", "a b", "host:0", "host:99999", "https://host",
     "http://u@host", "host/path", "[fd00::1]x", "300.1.1.1"],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_stops_the_start(entry: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        EgressPolicy(allow=(entry,))


def test_an_entry_says_what_it_opens() -> None:
    place = parse_place("http://10.0.0.0/8:8080")
    assert (str(place.network), place.port, place.plain) == ("10.0.0.0/8", 8080, True)


@pytest.mark.parametrize(
    "url", ["https://a:b@host.test/", "gopher://host.test/", "https://", "no url", "https://[::1"]
)
def test_a_url_of_bad_form_is_refused_before_any_lookup(url: str) -> None:
    with pytest.raises(Terminal) as refusal:
        check_url(url)
    assert refusal.value.code == "egress-denied"
    assert "a:b" not in refusal.value.detail
