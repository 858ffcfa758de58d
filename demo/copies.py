"""Three copies of one table, kept by three kinds of subscribers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2 import sql

from demo.checks import Difference, same
from demo.client import Api
from demo.receiver import Receiver
from demo.revisions import GRANTED, KEY, Table

PAGE = 1000
NDJSON = "application/x-ndjson"


class PullCopy:
    """Asks for the changes after its cursor, as NDJSON with the cursor in a header."""

    name = "pull"

    def __init__(self, api: Api, subscription: str) -> None:
        self.rows: Table = {}
        self.number = 0
        self._api, self._path = api, f"/subscriptions/{subscription}"
        self._cursor = ""

    def begin(self) -> None:
        """Take the whole table as it is now; its changes go on from there."""
        answer = self._api.fetch(f"{self._path}/table", NDJSON)
        self.rows = {}
        for line in answer.text.splitlines():
            self._put(json.loads(line))
        same("rows of the whole table", int(answer.headers["X-Rows"]), len(self.rows))
        self._cursor = answer.headers["X-Next-Cursor"]
        self.number = int(answer.headers["X-Last-Number"])

    def catch_up(self) -> None:
        """Read pages until there is no more."""
        more = True
        while more:
            answer = self._api.fetch(f"{self._path}/changes", NDJSON, **self._place())
            for line in answer.text.splitlines():
                self._apply(json.loads(line))
            self._cursor = answer.headers["X-Next-Cursor"]
            more = answer.headers["X-Has-More"] == "true"
            if not more:
                self.number = int(answer.headers["X-Last-Number"])

    def has(self, number: int) -> bool:
        """Whether this copy has come to the batch."""
        if self.number < number:
            self.catch_up()
        return self.number >= number

    def _place(self) -> dict[str, str | int]:
        """Where the next page begins; without a cursor at the beginning of the log."""
        return {"limit": PAGE, **({"cursor": self._cursor} if self._cursor else {})}

    def _apply(self, change: dict[str, Any]) -> None:
        if change["_op"] == "delete":
            self.rows.pop(change[KEY], None)
        else:
            self._put({name: change[name] for name in change if not name.startswith("_")})

    def _put(self, record: dict[str, Any]) -> None:
        if tuple(record) != GRANTED:
            raise Difference(f"a record has the items {', '.join(record)}, not {GRANTED}")
        self.rows[record[KEY]] = tuple(record[name] for name in GRANTED if name != KEY)


class WebhookCopy(PullCopy):
    """Reads only when a signed call says that there is something new, as JSON in an envelope."""

    name = "webhook"

    def __init__(self, api: Api, subscription: str, receiver: Receiver) -> None:
        super().__init__(api, subscription)
        self.receiver, self._announced, self._read = receiver, 0, 0

    def has(self, number: int) -> bool:
        """Whether this copy has come to the batch; reads what was announced."""
        events = self.receiver.events[self._read :]
        self._read += len(events)
        for event in events:
            self._announced = max(self._announced, event["data"]["number"])
        if self._announced > self.number:
            self.catch_up()
        return self._announced >= number and self.number >= number

    def catch_up(self) -> None:
        """Read pages until there is no more."""
        more = True
        while more:
            page = self._api.get(f"{self._path}/changes", **self._place())
            for change in page["items"]:
                self._apply(change)
            self._cursor, more = page["next_cursor"], page["has_more"]
            if not more:
                self.number = page["last_number"]


class SinkCopy:
    """A table in the subscriber's own database, which the hub keeps."""

    name = "sink"
    SCHEMA = "shared"

    def __init__(self, dsn: str, table: str) -> None:
        self.dsn, self.table, self.lane = dsn, table, ""
        self._connection = psycopg2.connect(dsn)
        self._connection.autocommit = True

    @property
    def rows(self) -> Table:
        """The table as it is, read anew."""
        return {row[0]: tuple(row[1:]) for row in self._ask("SELECT {items} FROM {table}")}

    @property
    def number(self) -> int:
        """The last batch, by the offset that the hub keeps in the same transaction."""
        found = self._ask("SELECT to_regclass(%s)", f"{self.SCHEMA}.shuqiao_offsets")
        if found[0][0] is None:
            return 0
        rows = self._ask("SELECT number FROM shared.shuqiao_offsets WHERE lane = %s", self.lane)
        return int(rows[0][0]) if rows else 0

    def has(self, number: int) -> bool:
        """Whether this copy has come to the batch."""
        return self.number >= number

    def columns(self) -> tuple[str, ...]:
        """The columns of the table in their order."""
        rows = self._ask(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
            self.SCHEMA,
            self.table,
        )
        return tuple(row[0] for row in rows)

    def close(self) -> None:
        """Leave the database."""
        self._connection.close()

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        statement = sql.SQL(query).format(
            items=sql.SQL(", ").join(map(sql.Identifier, GRANTED)),
            table=sql.Identifier(self.SCHEMA, self.table),
        )
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()


@dataclass(frozen=True)
class Copies:
    """All three, of one grant."""

    pull: PullCopy
    webhook: WebhookCopy
    sink: SinkCopy

    def __iter__(self) -> Iterator[PullCopy | SinkCopy]:
        yield from (self.pull, self.webhook, self.sink)
