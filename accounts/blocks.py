"""What is sealed and what is not, as the database has it."""

from typing import Any

from django.db import connection

from accounts.chain import Entry, moment, read_entry
from accounts.ledgers import Ledger
from accounts.models import EvidenceBlock
from tools.verify_evidence import HEADER

# Ids below those of blocks that are older than this are no longer looked at for late entries. Our
# transactions are limited to minutes; what turns up below later was put in.
LATE = "1 hour"
_LEAST, _MOST = -(2**63), 2**63 - 1
# As accounts.chain.moment writes it.
_MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'

# The floor: the greatest id that blocks older than LATE hold, and the number of the last of them.
_FLOOR = f"""
    floor AS (
        SELECT through, number FROM accounts_evidenceblock
        WHERE ledger = %(ledger)s AND sealed_at < statement_timestamp() - interval '{LATE}'
        ORDER BY sealed_at DESC, number DESC LIMIT 1
    )
"""  # noqa: S608 - only constants of ours
# Runs of ids above the floor that no block holds: what is not sealed yet, and what never was.
_WAITING = f"""
    WITH {_FLOOR}, gaps AS (
        SELECT unnest(
            int8multirange(int8range(coalesce((SELECT through FROM floor), {_LEAST}), NULL, '()'))
            - coalesce((
                SELECT range_agg(ids) FROM accounts_evidenceblock
                WHERE ledger = %(ledger)s AND number > coalesce((SELECT number FROM floor), 0)
            ), '{{}}'::int8multirange)
        ) AS gap
    )
"""  # noqa: S608 - only constants of ours
_WITHIN = f"e.id >= coalesce(lower(gap), {_LEAST}) AND e.id < coalesce(upper(gap), {_MOST})"
# Runs of ids up to the floor that no block holds: there nothing may be.
_CLOSED = f"""
    WITH {_FLOOR}, gaps AS (
        SELECT unnest(int8multirange(int8range(NULL, through, '(]')) - (
            SELECT range_agg(ids) FROM accounts_evidenceblock WHERE ledger = %(ledger)s
        )) AS gap FROM floor
    )
"""  # noqa: S608 - only constants of ours


def waiting_entries(ledger: Ledger, most: int) -> list[Entry]:
    """Entries that no block holds yet, in the order of their ids; at most so many."""
    inner = f"{_read(ledger)} ORDER BY e.id LIMIT %(most)s"
    query = f"{_WAITING} SELECT row_to_json(e)::text FROM gaps, LATERAL ({inner}) e LIMIT %(most)s"  # noqa: S608
    rows = _fetch(query, {"ledger": ledger.name, "most": most})
    return sorted(read_entry(text) for (text,) in rows)


def count_waiting(ledger: Ledger) -> int:
    """How many entries no block holds yet."""
    counted = f"SELECT count(*) AS n FROM {ledger.table} e WHERE {_WITHIN}"  # noqa: S608
    query = f"{_WAITING} SELECT coalesce(sum(n), 0) FROM gaps, LATERAL ({counted}) c"  # noqa: S608
    return int(_fetch(query, {"ledger": ledger.name})[0][0])


def put_in(ledger: Ledger) -> int | None:
    """The first entry that stands among entries sealed long before and is in no block."""
    found = f"SELECT id FROM {ledger.table} e WHERE {_WITHIN} ORDER BY e.id LIMIT 1"  # noqa: S608
    query = f"{_CLOSED} SELECT min(id) FROM gaps, LATERAL ({found}) e"  # noqa: S608
    entry: int | None = _fetch(query, {"ledger": ledger.name})[0][0]
    return entry


def entries_of(ledger: Ledger, ids: list[list[int]]) -> list[Entry]:
    """The entries of these ids that are there, in their order."""
    runs = "unnest(%(ids)s::int8multirange) AS gap"
    # OFFSET 0 keeps it one look into the index for each run.
    within = f"LATERAL ({_read(ledger)} OFFSET 0) e"
    query = f"SELECT row_to_json(e)::text FROM {runs}, {within} ORDER BY e.id"  # noqa: S608
    wanted = "{" + ",".join(f"[{first},{last}]" for first, last in ids) + "}"
    return [read_entry(text) for (text,) in _fetch(query, {"ids": wanted})]


def statement_of(block: EvidenceBlock) -> dict[str, Any]:
    """The block as its checkpoint says it, without a signature."""
    values = {name: getattr(block, name) for name in HEADER if name != "at"}
    told = {"at": moment(block.sealed_at), "digest": block.digest, "marks": block.marks}
    return {**values, **told}


def block_with(ledger: str, entry: int) -> EvidenceBlock | None:
    """The block that holds the entry; None while it is not sealed."""
    held = EvidenceBlock.objects.filter(ledger=ledger)
    return held.extra(where=["ids @> %s::bigint"], params=[entry]).order_by("number").first()


class Rows:
    """A ledger's blocks by number, read ahead; sees those that are sealed meanwhile."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger.name
        self.ahead: dict[int, EvidenceBlock] = {}

    def get(self, number: int) -> EvidenceBlock | None:
        """The block of this number; None if there is none now."""
        if number not in self.ahead:
            rows = EvidenceBlock.objects.filter(ledger=self.ledger, number__gte=number)
            self.ahead = {row.number: row for row in rows.order_by("number")[:500]}
        return self.ahead.get(number)


def _read(ledger: Ledger) -> str:
    """An entry as one JSON text: the database puts it together faster than we could."""
    columns = ", ".join(
        f"to_char(e.{name} AT TIME ZONE 'UTC', '{_MOMENT}') AS {name}"
        if name in ledger.moments
        else f"e.{name}"
        for name in ledger.columns
    )
    return f"SELECT {columns} FROM {ledger.table} e WHERE {_WITHIN}"  # noqa: S608 - our own names


def _fetch(query: str, values: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
