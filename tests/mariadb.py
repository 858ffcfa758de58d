"""A MariaDB server of the tests' own, where the machine has one installed: one a test session."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pymysql
import pytest

from config.launch.ports import free_port

USER, PASSWORD = "hub", "hub-secret"
_PLACES = ("/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin")


@dataclass(frozen=True)
class MariaServer:
    """A running server; ``hub`` may do everything in databases whose name it is given."""

    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def connect(self, database: str | None = None, **options: Any) -> Any:
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=PASSWORD,
            database=database,
            charset="utf8mb4",
            autocommit=True,
            **options,
        )

    def run(self, statement: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement; an empty list for one without."""
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def new_database(self) -> str:
        """An empty database with a name of its own."""
        name = f"t{uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        return name

    def dsn(self, database: str) -> str:
        return f"mysql://{USER}:{PASSWORD}@{self.address}/{database}"


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaServer]:
    """A server with a datadir of its own on a free port, stopped at the end by its pid."""
    server, install = _program("mariadbd"), _program("mariadb-install-db")
    if not server or not install:
        pytest.skip("no MariaDB server is installed on this machine (mariadbd)")
    folder = Path(tempfile.mkdtemp(prefix="mariadb-"))
    account = ["--user=root"] if os.geteuid() == 0 else []
    common = ["--no-defaults", f"--datadir={folder / 'data'}", *account]
    subprocess.run(
        [install, *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=120,
    )
    port = free_port()
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [
            *(server, *common, f"--port={port}", f"--socket={folder / 'socket'}"),
            *("--bind-address=127.0.0.1", f"--pid-file={folder / 'pid'}"),
            *("--innodb-buffer-pool-size=64M", "--skip-name-resolve", "--local-infile=OFF"),
            *("--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=2"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=log,
    )
    log.close()
    try:
        _let_in(folder / "socket", process, folder / "log")
        yield MariaServer(port)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(_PLACES))


def _let_in(socket: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the server, at most a minute, and make the account of the hub."""
    end = time.monotonic() + 60
    while True:
        try:
            root = pymysql.connect(unix_socket=str(socket), user="root", autocommit=True)
            break
        except pymysql.MySQLError:
            alive = process.poll() is None and time.monotonic() < end
            assert alive, log.read_text(errors="replace")[-2000:]
            time.sleep(0.1)
    with closing(root), root.cursor() as cursor:
        cursor.execute(f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}'")
        cursor.execute(f"GRANT ALL ON *.* TO '{USER}'@'%'")
