"""A migrated database that tests and benchmarks copy theirs from, for migrating takes long."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2 import extensions, sql

ROOT = Path(__file__).parent.parent
_MADE_OF = ("*/migrations/*.py", "requirements.txt", "*/management/commands/grant_app_role.py")
_COMMANDS = ("migrate", "grant_app_role")
# One process makes it; the others wait.
_TURN = "SELECT pg_advisory_lock(hashtextextended('migrated template', 1))"


def template_on(owner: str) -> str:
    """The name of a migrated database on the owner's server in which the application's role has
    its rights; made now unless it is there. Another state of the migrations has another name."""
    name = f"migrated_{_digest()}"
    with closing(psycopg2.connect(owner)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(_TURN)
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'migrated\\_%%'")
        found = {row[0] for row in cursor.fetchall()}
        if name not in found:
            for old in found:
                cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
            _make(cursor, owner, name)
    return name


def _make(cursor: extensions.cursor, owner: str, name: str) -> None:
    """Under another name until all is done, so that a half-migrated one is never copied."""
    fresh = f"migrated_{name[-8:]}_new"
    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(fresh)))
    variables = {
        **os.environ,
        "DATABASE_OWNER_URL": named(owner, fresh),
        "DATABASE_URL": named(owner, fresh),
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
    }
    for command in _COMMANDS:
        subprocess.run(
            [sys.executable, "manage.py", command, "--verbosity=0", "--skip-checks"],
            env=variables,
            cwd=ROOT,
            check=True,
        )
    cursor.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(fresh), sql.Identifier(name)
        )
    )


def named(url: str, database: str) -> str:
    """The address of another database on the same server."""
    return f"{url.rsplit('/', 1)[0]}/{database}"


def _digest() -> str:
    whole = hashlib.sha256()
    for pattern in _MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            whole.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return whole.hexdigest()[:16]
