"""Whether what is stored agrees with itself; `manage.py doctor --deep` and a restore prove it.

Each check is one statement over all rows, but for those that read every stored byte again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from accounts.verification import verify_audit
from config.checkup import Finding
from exchange.dataplane.errors import DataplaneError
from exchange.storage import store
from exchange.unneeded import every_digest

_SHOWN = 20  # places that one line names
_MEND = "Stop the workers, keep database and store as they are, and restore a backup elsewhere."

# By subject: what must hold, and a statement that finds where it does not.
CHECKS = (
    (
        "batch numbers",
        "numbered without gap up to the last",
        """SELECT d.id::text FROM exchange_dataset d
             LEFT JOIN exchange_batch b ON b.dataset_id = d.id
            GROUP BY d.id
           HAVING count(b.id) <> d.last_number OR coalesce(max(b.number), 0) <> d.last_number""",
    ),
    (
        "records",
        "counted without gap from batch to batch",
        """SELECT b.dataset_id || ' ' || b.number FROM (
               SELECT dataset_id, number, first_seq,
                      lag(last_seq, 1, 0) OVER (PARTITION BY dataset_id ORDER BY number) AS before
                 FROM exchange_batch) b
            WHERE b.first_seq <> b.before + 1""",
    ),
    (
        "rows of bodies",
        "each taken or set aside",
        """SELECT dataset_id || ' ' || number FROM exchange_batch
            WHERE received <> accepted + rejected""",
    ),
    (
        "batches in the trail",
        "each with its one entry",
        """SELECT b.dataset_id || ' ' || b.number FROM exchange_batch b
             LEFT JOIN accounts_auditevent e ON e.verb = 'batch.published'
              AND e.subject_type = 'batch' AND e.subject_id = b.id::text
            WHERE b.kind <> 'recall'
            GROUP BY b.id, b.dataset_id, b.number HAVING count(e.id) <> 1""",
    ),
    (
        "positions of subscriptions",
        "none beyond the last batch",
        """SELECT s.id::text FROM exchange_subscription s
             JOIN exchange_dataset d ON d.id = s.dataset_id WHERE s.position > d.last_number""",
    ),
    (
        "queryable tables",
        "none beyond the last batch",
        "SELECT id::text FROM exchange_dataset WHERE folded_number > last_number",
    ),
    (
        "grants",
        "each decided by a request that consented",
        """SELECT g.id::text FROM exchange_grant g
             JOIN exchange_sharingrequest r ON r.id = g.request_id
            WHERE r.state <> 'consented'""",
    ),
    (
        "use of grants",
        "each line of the ledger within its dataset",
        """SELECT u.id::text FROM exchange_useentry u
             JOIN exchange_dataset d ON d.id = u.dataset_id
            WHERE (u.last_number, u.last_row) > (d.last_number + 1, 0)""",
    ),
)


def examine_data() -> Iterator[Finding]:
    """Every finding of the rows, then of the ledgers, then of the stored bytes."""
    for subject, promise, statement in CHECKS:
        yield _finding(subject, promise, _found(statement))
    verdict = verify_audit()
    if verdict.first_bad:
        bad = verdict.first_bad
        yield _finding("evidence", "as it was sealed", [f"{bad['ledger']}: {bad['reason']}"])
    else:
        yield Finding("evidence", "ok", f"{verdict.entries} entries as they were sealed")
    yield _finding("stored bytes", "all here and whole", list(_wrong_blobs()))


def _found(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def _wrong_blobs() -> Iterator[str]:
    for digest in every_digest():
        try:
            store().verify(digest)
        except DataplaneError as fault:
            yield f"{digest} ({fault.code})"


def _finding(subject: str, promise: str, places: list[Any]) -> Finding:
    if not places:
        return Finding(subject, "ok", promise)
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return Finding(subject, "fail", f"not {promise}: {', '.join(places[:_SHOWN])}{more}", _MEND)
