"""SQLAlchemy URLs of connectors: which databases, and nothing but a host, a login and a name."""

import os
import re
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.pool import NullPool

from exchange.dataplane.connectors.options import OptionsInvalid
from exchange.dataplane.egress_policy import EgressPolicy
from exchange.dataplane.egress_sockets import checked_address
from exchange.dataplane.errors import Terminal

# Databases over the network, with the port that is meant without one. Drivers are the
# administrator's to install; a kind that could open files of this machine is not among them.
PORTS = {
    "oracle": 1521,
    "mssql": 1433,
    "dm": 5236,
    "kingbase": 54321,
    "kingbase8": 54321,
    "opengauss": 5432,
    "gaussdb": 5432,
    "postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "oceanbase": 2881,
    "gbase": 5258,
    "db2": 50000,
    "ibm_db_sa": 50000,
    "hana": 30015,
    "clickhouse": 8123,
}
# What may stand behind the question mark of a URL; anything else might read a file or lead to
# another host.
_QUERY = frozenset({"service_name", "sid", "charset", "schema"})
_WORD = re.compile(r"[\w.$#-]{1,128}\Z")


def read_url(text: str) -> URL:
    """The URL of a connector; Terminal ``options-invalid`` says what it must not hold."""
    try:
        url = make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise _refused(
            "The URL cannot be read: write dialect+driver://user@host:port/name."
        ) from None
    if url.password:
        raise _refused("The password does not stand in the URL: give it as a secret.")
    if url.get_backend_name() == "sqlite":
        if url.query or url.host or url.username:
            raise _refused("A SQLite URL is sqlite:///folder/file alone.")
        return url
    if url.get_backend_name() not in PORTS:
        raise _refused(f"The database is one of {', '.join(PORTS)}, sqlite.")
    if not url.host or not url.username:
        raise _refused("The URL names a host and a user.")
    foreign = sorted(set(url.query) - _QUERY)
    if foreign or not all(isinstance(v, str) and _WORD.match(v) for v in url.query.values()):
        raise _refused(f"Behind ? only {', '.join(sorted(_QUERY))} may stand.")
    return url


def host_of(url: URL) -> str:
    """Host and port; empty for a file."""
    return f"{url.host}:{port_of(url)}" if url.host else ""


def port_of(url: URL) -> int:
    """The port the URL names, or the usual one."""
    return url.port or PORTS[url.get_backend_name()]


def guarded_engine(
    url: URL, password: str, policy: EgressPolicy, roots: tuple[Path, ...]
) -> Engine:
    """An engine whose connections go to an address that was just checked.

    The drivers open their sockets themselves, so the name is resolved here and replaced.
    """
    if url.get_backend_name() == "sqlite":
        return _file_engine(url, roots)
    address = checked_address(str(url.host), port_of(url), policy)
    checked = url.set(host=address, port=port_of(url), password=password or None)
    try:
        return sa.create_engine(checked, poolclass=NullPool)
    except (ModuleNotFoundError, sa.exc.NoSuchModuleError):
        raise Terminal(
            "driver-missing",
            f"The driver of {url.drivername} is not installed on the hub:"
            " see the page on connectors.",
        ) from None


def _file_engine(url: URL, roots: tuple[Path, ...]) -> Engine:
    file = Path(os.path.realpath(str(url.database or "")))
    allowed = [Path(os.path.realpath(root)) for root in roots]
    if not url.database or not any(root in file.parents for root in allowed):
        raise Terminal(
            "folder-denied",
            "This file is not opened: an administrator can add its folder to CONNECTOR_FOLDERS.",
        )
    # Read-only, so that a file that is not there is not made.
    return sa.create_engine(
        f"sqlite:///file:{quote(str(file))}?mode=ro&uri=true", poolclass=NullPool
    )


def _refused(detail: str) -> OptionsInvalid:
    return OptionsInvalid("options.url", detail)
