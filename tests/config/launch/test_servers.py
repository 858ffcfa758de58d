import os
import subprocess
import sys
import time

import psycopg2
import pytest
import redis

from config import env
from config.launch.errors import LaunchError
from config.launch.home import open_home
from config.launch.postgres import Postgres
from config.launch.processes import Processes
from config.launch.servers import start_servers

NAMED = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "STORE_DIR", "SECRET_KEY")


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch):
    """The environment of these tests names servers already; the launcher must start its own."""
    for name in NAMED:
        monkeypatch.delenv(name, raising=False)


def ask(url: str, query: str) -> object:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def test_servers_start_keep_their_data_and_end(root):
    home = open_home(root)
    with Processes() as processes:
        named = start_servers(home, processes)
        pids = [server.pid for server in processes]
        owner, app = named["DATABASE_OWNER_URL"], named["DATABASE_URL"]
        ask(owner, "CREATE TABLE kept (n int)")
        cache = redis.Redis.from_url(named["REDIS_URL"])
        cache.set("kept", "yes")
        assert ask(app, "SELECT current_user") == "shuqiao_app"
        for name in ("fsync", "data_checksums", "full_page_writes"):
            assert ask(app, f"SHOW {name}") == "on"
        assert ask(app, "SHOW server_encoding") == "UTF8"
        assert ask(app, "SELECT '行政区划' ~ '^[[:alpha:]]+$'") is True
        assert ask(app, "SHOW listen_addresses") == "127.0.0.1"
        assert ask(owner, "SHOW unix_socket_directories") == ""
        assert cache.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert not any(os.path.exists(f"/proc/{pid}") for pid in pids)
    with Processes() as processes:
        again = start_servers(home, processes)
        assert ask(again["DATABASE_OWNER_URL"], "SELECT count(*) FROM kept") == 0
        assert redis.Redis.from_url(again["REDIS_URL"]).get("kept") == b"yes"
        assert again["SECRET_KEY"] == named["SECRET_KEY"]
    home.release()


def test_the_application_may_not_shape_the_database_and_needs_its_password(root):
    home = open_home(root)
    with Processes() as processes:
        named = start_servers(home, processes)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(named["DATABASE_URL"], "CREATE TABLE public.mine (n int)")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            ask(named["DATABASE_URL"].replace(home.secrets["app_password"], "guess"), "SELECT 1")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(
                named["REDIS_URL"].replace(home.secrets["valkey_password"], "x")
            ).ping()
    home.release()


def test_named_servers_are_used_as_they_are(root, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@elsewhere:5432/d")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere:6379/0")
    home = open_home(root)
    with Processes() as processes:
        named = start_servers(home, processes)
        assert list(processes) == []
    assert "DATABASE_URL" not in named
    assert "REDIS_URL" not in named
    home.release()


def test_servers_die_with_a_killed_launcher_and_the_next_start_works(root):
    code = f"""
import time
from pathlib import Path
from config.launch.home import open_home
from config.launch.processes import Processes
from config.launch.servers import start_servers
home, processes = open_home(Path({str(root)!r})), Processes()
start_servers(home, processes)
print(*[server.pid for server in processes], flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=env.BASE_DIR
    ) as launcher:
        pids = launcher.stdout.readline().split()
        launcher.kill()
    home = open_home(root)
    with Processes() as processes:
        named = start_servers(home, processes)
        assert ask(named["DATABASE_URL"], "SELECT 1") == 1
    end = time.monotonic() + 10
    while any(os.path.exists(f"/proc/{pid}") for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    assert [pid for pid in pids if os.path.exists(f"/proc/{pid}")] == []
    home.release()


def test_data_of_another_version_is_not_touched(root):
    home = open_home(root)
    postgres = Postgres(home)
    postgres.data.mkdir()
    (postgres.data / "PG_VERSION").write_text("11\n")
    with pytest.raises(LaunchError, match="was made by PostgreSQL 11"):
        postgres.server()
    assert [file.name for file in postgres.data.iterdir()] == ["PG_VERSION"]
    home.release()


def test_a_replaced_secrets_file_is_told_in_words(root):
    home = open_home(root)
    with Processes() as processes:
        start_servers(home, processes)
    home.secrets["owner_password"] = "another"
    with Processes() as processes, pytest.raises(LaunchError, match="make clean"):
        start_servers(home, processes)
    home.release()
