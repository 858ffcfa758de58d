"""PostgreSQL and Valkey of a home, and the environment that leads our processes to them."""

from __future__ import annotations

import os
from pathlib import Path

from config import env
from config.launch.home import Home
from config.launch.postgres import APPLICATION, OWNER, TARGET, Postgres
from config.launch.processes import Processes
from config.launch.valkey import Valkey


def start_servers(home: Home, processes: Processes, *, target: bool = False) -> dict[str, str]:
    """Start what the environment does not already name; returns the variables to run with.

    `target` asks for the demonstration's foreign database even when DATABASE_URL is given.
    """
    named: dict[str, str] = {}
    postgres = Postgres(home) if target or not env.given("DATABASE_URL") else None
    valkey = None if env.given("REDIS_URL") else Valkey(home)
    started = []
    if postgres:
        started.append((processes.start(postgres.server()), postgres.accepts))
    if valkey:
        started.append((processes.start(valkey.server()), valkey.accepts))
        named["REDIS_URL"] = valkey.url
    for server, accepts in started:
        server.wait_until(accepts, timeout=60)
    if postgres:
        postgres.provide()
        named |= _addresses(home, postgres)
    return _identity(home) | named


def _addresses(home: Home, postgres: Postgres) -> dict[str, str]:
    """The database variables; those the environment names stay as they are."""
    known = home.secrets
    named = {"DEMO_TARGET_DSN": postgres.url(TARGET, known["target_password"], TARGET)}
    if not env.given("DATABASE_URL"):
        named["DATABASE_URL"] = postgres.url(APPLICATION, known["app_password"])
        named["DATABASE_OWNER_URL"] = postgres.url(OWNER, known["owner_password"])
    return named


def _identity(home: Home) -> dict[str, str]:
    """Secrets and folders of the home, where the environment does not name its own."""
    own = {
        "SECRET_KEY": home.secrets["secret_key"],
        "SEALING_KEYS": home.secrets["sealing_key"],
        "EVIDENCE_KEYS": home.secrets["evidence_key"],
        "METRICS_TOKEN": home.secrets["metrics_token"],
        "STORE_DIR": str(home.root / "store"),
        "AUDIT_CHECKPOINT_FILE": str(home.root / "checkpoints.ndjson"),
    }
    return {name: value for name, value in own.items() if not env.given(name)}


def write_private(file: Path, words: str) -> None:
    """Leave words with secrets in them for other terminals, readable by the owner only."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(words)
    fresh.rename(file)
