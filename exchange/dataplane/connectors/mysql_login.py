"""A connection to MySQL or MariaDB over a socket that the egress guard opened."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any, Literal

import pymysql
from pymysql.connections import Connection

from exchange.dataplane.egress_policy import EgressPolicy
from exchange.dataplane.egress_sockets import guarded_socket

Tls = Literal["prefer", "require", "verify"]
_TLS: dict[str, dict[str, Any]] = {
    "prefer": {},
    "require": {"ssl": {"check_hostname": False, "verify_mode": "none"}},
    "verify": {"ssl": {"check_hostname": True, "verify_mode": "required"}},
}


@dataclass(frozen=True)
class MysqlLogin:
    """Where a MySQL or MariaDB server is, how to get in, and how long a statement may take."""

    host: str
    user: str
    password: str = field(repr=False)
    database: str
    port: int = 3306
    tls: Tls = "prefer"
    seconds: int = 3600


def mysql_connect(login: MysqlLogin, policy: EgressPolicy, **options: Any) -> Connection[Any]:
    """A connection in UTC and utf8mb4 that reads and writes no file of this machine.

    ``options`` go to the driver. Terminal ``egress-denied``; Transient ``connection-failed``; the
    driver's own error where the login is refused, for ``sql_errors.translated`` to tell.
    """
    line = guarded_socket(login.host, login.port, policy)
    made: Connection[Any] = pymysql.connect(
        host=login.host,
        port=login.port,
        user=login.user,
        password=login.password,
        database=login.database,
        charset="utf8mb4",
        connect_timeout=10,
        read_timeout=login.seconds,
        write_timeout=login.seconds,
        local_infile=False,
        defer_connect=True,
        program_name="shuqiao",
        **_TLS[login.tls],
        **options,
    )
    try:
        made.connect(line)
        _set_up(made, login.seconds)
    except BaseException:
        line.close()
        raise
    return made


def _set_up(connection: Connection[Any], seconds: int) -> None:
    with connection.cursor() as cursor:
        # A server waits this long for a reader who is slower than it.
        cursor.execute(
            f"SET time_zone = '+00:00', net_write_timeout = {seconds},"
            " innodb_lock_wait_timeout = 10"
        )
        # MariaDB counts in seconds, MySQL in milliseconds; each lacks the other's name.
        for name, limit in (
            ("max_statement_time", seconds),
            ("max_execution_time", seconds * 1000),
        ):
            with contextlib.suppress(pymysql.MySQLError):
                cursor.execute(f"SET {name} = {limit}")
