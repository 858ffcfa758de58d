"""A database of a benchmark's own on the launcher's server, and processes that work in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import psycopg2
from psycopg2 import sql


def make_database(name: str) -> dict[str, str]:
    """An empty, migrated database of this name; returns the variables that lead a process to it."""
    owner = os.environ["DATABASE_OWNER_URL"]
    con = psycopg2.connect(owner)
    con.autocommit = True
    with con.cursor() as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    con.close()
    variables = {
        "DATABASE_OWNER_URL": _named(owner, name),
        "DATABASE_URL": _named(os.environ["DATABASE_URL"], name),
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
    }
    for words in (
        ["migrate", "--verbosity=0", "--skip-checks"],
        ["grant_app_role", "--verbosity=0", "--skip-checks"],
    ):
        run([sys.executable, "manage.py", *words], variables)
    return variables


def step(
    module: str, name: str, *words: str, variables: dict[str, str], as_owner: bool = False
) -> Any:
    """Run ``python -m MODULE NAME ...`` in a process of its own; its last line is its result as
    JSON."""
    named = {**variables, "DATABASE_STATEMENT_TIMEOUT": "0"} if as_owner else variables
    if as_owner:
        named["DATABASE_URL"] = variables["DATABASE_OWNER_URL"]
    return json.loads(run([sys.executable, "-m", module, name, *words], named))


def run(command: list[str], variables: dict[str, str]) -> str:
    """The last line that the command prints; a failed command ends the benchmark."""
    done = subprocess.run(
        command, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True, check=True
    )
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else ""


def _named(url: str, name: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{name}"
