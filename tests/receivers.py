"""Real receivers on loopback: a web server for webhooks, a database of a department's own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import make_dsn, parse_dsn
from standardwebhooks.webhooks import Webhook

from config import env


class HookReceiver:
    """Keeps every call it gets and answers with the next of ``answers``, then with 204."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.before_answer: Any = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
                if receiver.before_answer:
                    receiver.before_answer()
                status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hooks/shuqiao"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def events(self, secret: str) -> list[dict[str, Any]]:
        """The events of all calls; raises if one does not carry the secret's signature."""
        verifier = Webhook(secret)
        return [verifier.verify(body, headers) for headers, body in self.calls]

    def numbers(self) -> list[int]:
        """The batches that were announced, in the order of the calls."""
        return [json.loads(body)["data"]["number"] for _, body in self.calls]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Target:
    """A department's own database on the test server."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        parts = parse_dsn(dsn)
        self.address = f"{parts['host']}:{parts.get('port', '5432')}"

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a statement; for one without rows an empty list."""
        with closing(psycopg2.connect(self.dsn)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []

    def rows(self, table: str, columns: str = "code, name") -> list[tuple[Any, ...]]:
        """What the table holds, in the order of its first column."""
        return self.query(f"SELECT {columns} FROM {table} ORDER BY 1")

    def empty(self) -> None:
        """As it was made: nobody is connected and nothing is in it."""
        self.query(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        schemas = self.query(
            "SELECT nspname FROM pg_namespace"
            " WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'"
        )
        gone = "".join(f'DROP SCHEMA "{name}" CASCADE; ' for (name,) in schemas)
        self.query(
            f"{gone}CREATE SCHEMA public AUTHORIZATION pg_database_owner;"
            " GRANT USAGE ON SCHEMA public TO PUBLIC"
        )

    def offset(self, schema: str = "shared") -> list[tuple[Any, ...]]:
        """Epoch and number of every lane that writes there."""
        return self.query(f"SELECT epoch, number FROM {schema}.shuqiao_offsets")


@contextmanager
def new_target() -> Iterator[Target]:
    """A new database on the test server, dropped at the end."""
    owner = env.text("DATABASE_OWNER_URL")
    name = f"target_{uuid4().hex}"
    with closing(psycopg2.connect(owner)) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            try:
                yield Target(make_dsn(owner, dbname=name))
            finally:
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
                cursor.execute(drop.format(sql.Identifier(name)))
