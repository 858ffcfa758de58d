"""Entries of both ledgers written past every rule, and deeds of a forger who owns the database."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from accounts import checkpoints
from accounts.actions import trail
from accounts.actions.trail import seal_audit
from accounts.ledgers import ledger_named
from accounts.verification import verify_audit

_NOBODY = UUID(int=7)
_INSERTS = {
    "trail": (
        "INSERT INTO accounts_auditevent (id, verb, actor_kind, actor_name, subject_type,"
        " subject_id, detail, request_id, address)"
        " SELECT n, 'a.b', 'clock', 'clock', 'x', n::text,"
        " jsonb_build_object('note', '示例', 'n', n), '', '' FROM unnest(%s) AS n"
    ),
    "uses": (
        "INSERT INTO exchange_useentry (id, at, channel, grant_id, edition, department_id,"
        " provider_id, system_id, purpose, end_user, reason, items, rows, digest, first_row,"
        " last_row, subjects)"
        " SELECT n, now(), 'lookup', %s, 1, %s, %s, %s, '核对', '甲', '', '{code,name}', n,"
        " repeat('0', 64), 0, 0, ARRAY[n, 9223372036854775807] FROM unnest(%s) AS n"
    ),
}


def execute(statement: str, values: object = ()) -> None:
    """As the owner of the database, past every rule of ours."""
    with connection.cursor() as cursor:
        # Checks that wait for the end of the transaction are done now, not after the forgery.
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"
            f" SET session_replication_role = replica; {statement};"
            " SET session_replication_role = origin",
            values,
        )


def put(ledger: str, ids: list[int]) -> None:
    """Entries with these ids."""
    before = [_NOBODY] * 4 if ledger == "uses" else []
    execute(_INSERTS[ledger], [*before, list(ids)])


def table(ledger: str) -> str:
    """Where its entries are."""
    return ledger_named(ledger).table


def age_seals(monkeypatch: object, hours: int) -> None:
    """Let what is sealed from now on have been sealed so long ago."""
    long_ago = timezone.now() - timedelta(hours=hours)
    monkeypatch.setattr(trail, "_now", lambda: long_ago)  # type: ignore[attr-defined]


def lines() -> list[dict]:
    """All checkpoints of the file that verifications read."""
    return [json.loads(text) for text in checkpoints.files()[0].read_bytes().splitlines()]


def write_lines(rows: list[dict]) -> None:
    """Put these in their place."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    checkpoints.files()[0].write_text(text)


@pytest.fixture
def sealed(db, monkeypatch):
    """Twelve entries of each ledger in three blocks of five, five and two, sealed two hours ago;
    gives their ids, between which there is room."""
    monkeypatch.setattr(trail, "BLOCK", 5)
    age_seals(monkeypatch, 2)
    ids = list(range(1000, 1036, 3))
    for ledger in ("trail", "uses"):
        put(ledger, ids)
    assert seal_audit() == 24
    return ids


def first_bad(ledger, entry):
    """The place that the verification names; it is this entry's."""
    verdict = verify_audit()
    assert verdict.ok is False
    assert (verdict.first_bad["ledger"], verdict.first_bad["entry"]) == (ledger, entry)
    return verdict.first_bad
