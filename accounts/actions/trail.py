"""Sealing the audit trail: entries get into numbered blocks, chained by their digests.

Nobody who writes an entry waits for this. Entries become visible in commit order, not in the
order of their ids, so a late one simply goes into a later block.
"""

from django.db import connection, transaction

from accounts import chain, checkpoints
from accounts.actor import CLOCK, Actor
from accounts.models import AuditBlock, AuditSeal
from accounts.permissions import Perm
from accounts.policy import require

BLOCK, BLOCKS_AT_ONCE, ROUNDS = 1000, 10, 30
# Ids below this are no longer looked at for late entries. Our transactions are limited to
# minutes; what turns up below it later is reported by the verification as put in.
LATE = "1 hour"

FLOOR = f"""
    SELECT coalesce(max(s.event_id), 0) FROM accounts_auditseal s WHERE s.block_id = (
        SELECT max(number) FROM accounts_auditblock
        WHERE sealed_at < statement_timestamp() - interval '{LATE}')
"""  # noqa: S608 - only constants of ours
_UNSEALED = f"""
    SELECT {", ".join(f"e.{column}" for column in chain.COLUMNS)} FROM accounts_auditevent e
    WHERE e.id > ({FLOOR})
      AND NOT EXISTS (SELECT 1 FROM accounts_auditseal s WHERE s.event_id = e.id)
    ORDER BY e.id LIMIT {BLOCK * BLOCKS_AT_ONCE}
"""  # noqa: S608 - only constants of ours


def seal_audit(*, actor: Actor = CLOCK) -> int:
    """Seal what is not sealed yet and leave a checkpoint; how many entries were sealed."""
    require(actor, Perm.AUDIT_VIEW)
    total = 0
    for _ in range(ROUNDS):
        sealed = _seal_some()
        total += sealed
        if sealed < BLOCK * BLOCKS_AT_ONCE:
            break
    _leave_checkpoint()
    return total


@transaction.atomic
def _seal_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('audit.seal', 0))")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_UNSEALED)
        entries = [chain.read_entry(row) for row in cursor.fetchall()]
    last = AuditBlock.objects.order_by("-number").first()
    for part in _parts(entries):
        last = _seal_block(last, part)
    return len(entries)


def _seal_block(last: AuditBlock | None, entries: list[chain.Entry]) -> AuditBlock:
    previous = last.digest if last else chain.GENESIS
    links = list(chain.links(previous, entries))
    block = AuditBlock.objects.create(
        number=last.number + 1 if last else 1,
        algorithm=chain.ALGORITHM,
        entries=len(entries),
        previous=previous,
        digest=links[-1],
    )
    AuditSeal.objects.bulk_create(
        AuditSeal(event_id=entry.id, block=block, place=place, link=made)
        for place, (entry, made) in enumerate(zip(entries, links, strict=True), 1)
    )
    return block


def _leave_checkpoint() -> None:
    newest = AuditBlock.objects.order_by("-number").first()
    if newest is None:
        return
    known = checkpoints.newest()
    if known is None or (known.block, known.digest) != (newest.number, newest.digest):
        at = newest.sealed_at.isoformat()
        checkpoints.append(checkpoints.Checkpoint(newest.number, newest.digest, at))


def _parts(entries: list[chain.Entry]) -> list[list[chain.Entry]]:
    return [entries[start : start + BLOCK] for start in range(0, len(entries), BLOCK)]
