"""Which addresses may never be reached, and how an administrator's list of places is read.

The always-denied networks are written out instead of taken from ``ipaddress``'s own properties,
which changed their meaning between Python versions.
"""

import ipaddress
import re
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Single addresses are the metadata services of clouds outside the link-local range; inside
# 64:ff9b:1::/48 each network chooses itself where the IPv4 address lies (RFC 8215).
_NEVER = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "::1/128",
        "64:ff9b:1::/48",
        "100::/64",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "fd00:ec2::254/128",
        "fd20:ce::254/128",
    )
)
# NAT64, IPv4-translated and IPv4-compatible: the IPv4 address is the last 32 bits.
_LAST_32_BITS = tuple(
    ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96")
)
_ISATAP = re.compile(r"0[02]005efe$")

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$")
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)$")


@dataclass(frozen=True)
class Place:
    """One entry of a list: a network or a host name, perhaps one port, perhaps plain HTTP too."""

    network: Network | None
    host: str | None
    port: int | None
    plain: bool

    def covers_port(self, port: int) -> bool:
        return self.port is None or self.port == port

    def covers_address(self, address: Address) -> bool:
        net = self.network
        return net is not None and net.version == address.version and address in net


def canonical(address: Address) -> Address:
    """The address a packet really goes to: an IPv4-mapped IPv6 address is its IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def embedded(address: Address) -> list[Address]:
    """The IPv4 addresses a translator or tunnel would take out of this IPv6 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address] = [each for each in (address.sixtofour,) if each]
    found += address.teredo or ()
    number = int(address)
    if any(address in net for net in _LAST_32_BITS) or _is_isatap(number):
        found.append(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    return found


def _is_isatap(number: int) -> bool:
    return bool(_ISATAP.match(f"{(number >> 32) & 0xFFFFFFFF:08x}"))


def never_allowed(address: Address) -> bool:
    """Whether no list may open this address: this machine, its link, metadata, multicast, or
    an IPv6 form that hides one of them, or an address with a zone."""
    if getattr(address, "scope_id", None):
        return True
    target = canonical(address)
    if any(target.version == net.version and target in net for net in _NEVER):
        return True
    return any(never_allowed(inner) for inner in embedded(target))


def normal_host(host: str) -> str:
    """The host as it is compared: lower case, without brackets and the final dot."""
    return host.strip("[]").lower().rstrip(".")


def literal(host: str) -> Address | None:
    """The address if the host is one in its usual spelling, else None."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_disguised(host: str) -> bool:
    """Whether a host that is no usual address would still be read as a number.

    ``2130706433``, ``0x7f.1`` and ``127.1`` are addresses to the C library and names to us.
    """
    return literal(host) is None and bool(_NUMBER.match(host.rsplit(".", 1)[-1]))


def is_host_name(host: str) -> bool:
    return bool(_HOST.match(host))


def parse_place(entry: str) -> Place:
    """Read ``10.0.0.0/8``, ``10.0.0.0/8:5432``, ``[fd00::/8]:443``, ``host``, ``host:port``, each
    perhaps behind ``http://``; ValueError says which entry is wrong."""
    text = entry.strip()
    plain = text.startswith("http://")
    where, port = _split_port(text.removeprefix("http://"), entry)
    try:
        return Place(ipaddress.ip_network(where), None, port, plain)
    except ValueError:
        host = normal_host(where)
    if "/" in host or is_disguised(host) or not is_host_name(host):
        raise ValueError(f"{entry!r} is no network, address, host or host:port")
    return Place(None, host, port, plain)


def _split_port(text: str, entry: str) -> tuple[str, int | None]:
    match = re.fullmatch(
        r"\[(?P<six>[^\]]+)\](:(?P<port6>\d+))?|(?P<v>[^:]+)(:(?P<port>\d+))?", text
    )
    if match is None:
        if text.count(":") > 1:
            return text, None
        raise ValueError(f"{entry!r} is no network, address, host or host:port")
    port = match["port6"] or match["port"]
    if port is not None and not 0 < int(port) < 65536:
        raise ValueError(f"{entry!r} names a port outside 1 to 65535")
    return match["six"] or match["v"], int(port) if port else None
