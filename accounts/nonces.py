"""Signed calls that were taken: kept in the database, so that no lost cache takes one again."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from accounts.models import Nonce
from kernel.prepared import Prepared
from kernel.together import Together

_MOST, _ROUNDS = 50_000, 200
# The disk is not waited for: whatever the call then does is written behind this, and never
# without it.
_TAKE = Prepared(
    f"""
    INSERT INTO {Nonce._meta.db_table} (id, expires_at)
    SELECT id, now() + %(seconds)s * interval '1 second' FROM unnest(%(ids)s) AS nonce (id)
        ON CONFLICT DO NOTHING RETURNING id
    """,  # noqa: S608 - the name of a table; the values are bound
    {"ids": "uuid[]", "seconds": "integer"},
    before="SET LOCAL synchronous_commit TO off; ",
)


def take_nonce(*parts: str, seconds: int) -> bool:
    """True for the first who comes with these parts, False for everybody after.

    It is kept for so long, which must be longer than the call could be taken at all. Outside a
    transaction, so that no later refusal gives the nonce free again.
    """
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    nonce = UUID(bytes=digest[:16])
    if connection.in_atomic_block:
        return _take([nonce], seconds)[0]
    return _TOGETHER.ask(seconds, (nonce, seconds))


def _take_all(party: Sequence[tuple[UUID, int]]) -> Sequence[bool]:
    return _take([nonce for nonce, _ in party], party[0][1])


def _take(nonces: Sequence[UUID], seconds: int) -> list[bool]:
    """Of each whether it is the first; of the same twice here the first of them is."""
    with connection.cursor() as cursor:
        _TAKE.execute(cursor, {"ids": list(nonces), "seconds": seconds})
        free = {UUID(str(nonce)) for (nonce,) in cursor.fetchall()}
    taken = []
    for nonce in nonces:
        taken.append(nonce in free)
        free.discard(nonce)
    return taken


_TOGETHER = Together(_take_all)


def forget_nonces() -> int:
    """Remove those whose calls are refused for their age; how many."""
    removed = 0
    with connection.cursor() as cursor:
        for _ in range(_ROUNDS):
            cursor.execute(
                f"""
                DELETE FROM {Nonce._meta.db_table} WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM {Nonce._meta.db_table}
                     WHERE expires_at < now() LIMIT {_MOST} FOR UPDATE SKIP LOCKED))
                """  # noqa: S608 - the name of a table and a number
            )
            removed += cursor.rowcount
            if cursor.rowcount < _MOST:
                break
    return removed
