"""A database of a benchmark's own on the launcher's server, and processes that work in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import psycopg2
from psycopg2 import sql

from bench.template import named, template_on


def make_database(name: str) -> dict[str, str]:
    """An empty, migrated database of this name; returns the variables that lead a process to it."""
    owner = os.environ["DATABASE_OWNER_URL"]
    con = psycopg2.connect(owner)
    con.autocommit = True
    with con.cursor() as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template_on(owner))
            )
        )
    con.close()
    return kept_database(name)


def kept_database(name: str) -> dict[str, str]:
    """The variables that lead a process to the database of this name as an earlier run left it."""
    owner = os.environ["DATABASE_OWNER_URL"]
    return {
        "DATABASE_OWNER_URL": named(owner, name),
        "DATABASE_URL": named(os.environ["DATABASE_URL"], name),
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
    }


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
