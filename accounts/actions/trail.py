"""Sealing the ledgers: entries get into numbered blocks, chained by their digests, and a signed
checkpoint of each block leaves the database.

Nobody who writes an entry waits for this. Entries become visible in commit order, not in the
order of their ids, so a late one simply goes into a later block.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts import checkpoints
from accounts.actor import CLOCK, Actor
from accounts.blocks import statement_of, waiting_entries
from accounts.chain import Entry, block_of
from accounts.checkpoints import Place, PlaceFailed
from accounts.evidencekeys import NoSigningKey, sign
from accounts.ledgers import Ledger, ledgers
from accounts.models import CheckpointPlace, EvidenceBlock
from accounts.permissions import Perm
from accounts.policy import require
from tools.verify_evidence import CHECKPOINT, GENESIS

BLOCK, BLOCKS_AT_ONCE, ROUNDS = 1000, 10, 30
_LINES_AT_ONCE = 100


def seal_audit(*, actor: Actor = CLOCK) -> int:
    """Seal what is not sealed yet and bring checkpoints to every place; how many entries were
    sealed. A place that takes none is noted, and gets what it lacks the next time."""
    require(actor, Perm.AUDIT_VIEW)
    total = sum(_seal(ledger) for ledger in ledgers())
    for place in checkpoints.places():
        _bring(place)
    return total


def _seal(ledger: Ledger) -> int:
    total = 0
    for _ in range(ROUNDS):
        sealed = _seal_some(ledger)
        total += sealed
        if sealed < BLOCK * BLOCKS_AT_ONCE:
            break
    return total


@transaction.atomic
def _seal_some(ledger: Ledger) -> int:
    if not _alone(f"seal.{ledger.name}"):
        return 0
    entries, at = waiting_entries(ledger, BLOCK * BLOCKS_AT_ONCE), _now()
    last = EvidenceBlock.objects.filter(ledger=ledger.name).order_by("-number").first()
    for start in range(0, len(entries), BLOCK):
        last = _seal_block(ledger, last, entries[start : start + BLOCK], at)
    return len(entries)


def _seal_block(
    ledger: Ledger, last: EvidenceBlock | None, entries: list[Entry], at: datetime
) -> EvidenceBlock:
    made = block_of(
        ledger,
        last.number + 1 if last else 1,
        last.digest if last else GENESIS,
        entries,
        algorithm=settings.EVIDENCE_ALGORITHM,
        at=at,
    )
    through = max(entries[-1].id, last.through) if last else entries[-1].id
    told = {name: value for name, value in made.items() if name != "at"}
    return EvidenceBlock.objects.create(sealed_at=at, through=through, **told)


@transaction.atomic
def _bring(place: Place) -> None:
    """Bring a place every checkpoint that it lacks, and note how far it is."""
    if not _alone(f"checkpoint.{place.address}"):
        return
    row, made = CheckpointPlace.objects.get_or_create(address=place.address)
    if place.pause and row.failed_at and row.failed_at > _now() - place.pause:
        return
    heads = place.heads() if made else dict(row.heads)
    noted: dict[str, Any]
    try:
        for ledger in ledgers():
            _bring_ledger(place, ledger, heads)
        noted, fault = {"stored_at": Now(), "failed_at": None}, ""
    except (PlaceFailed, NoSigningKey) as failed:
        noted, fault = {"failed_at": Now()}, str(failed)[:300]
    CheckpointPlace.objects.filter(pk=row.pk).update(heads=heads, fault=fault, **noted)


def _bring_ledger(place: Place, ledger: Ledger, heads: dict[str, int]) -> None:
    rows = EvidenceBlock.objects.filter(ledger=ledger.name).order_by("number")
    while blocks := list(rows.filter(number__gt=heads.get(ledger.name, 0))[:_LINES_AT_ONCE]):
        place.store([sign({"format": CHECKPOINT, **statement_of(block)}) for block in blocks])
        heads[ledger.name] = blocks[-1].number


def _alone(deed: str) -> bool:
    """Whether nobody else does this now; nobody does until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [deed])
        return bool(cursor.fetchone()[0])


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
        return now
