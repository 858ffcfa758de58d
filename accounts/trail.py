"""How far the ledgers are sealed, and what their last verification said: cheap at any length."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Sum

from accounts import checkpoints
from accounts.evidence import Standing, standings
from accounts.evidencekeys import verifying_keys
from accounts.ledgers import Ledger, ledgers
from accounts.models import AuditEvent, EvidenceBlock
from tools.verify_evidence import is_signed

VERIFIED = "trail.verified"
_MOST = 10_000


@dataclass(frozen=True)
class Sealed:
    """One ledger as far as it is sealed."""

    ledger: str
    blocks: int
    entries: int
    unsealed: int
    sealed_at: datetime | None


@dataclass(frozen=True)
class Status:
    """The ledgers now; ``verified`` is what the last verification found, None before the first."""

    ledgers: list[Sealed]
    places: list[Standing]
    checkpoint_agrees: bool
    verified_at: datetime | None
    verified: dict[str, Any] | None

    @property
    def entries(self) -> int:
        """Sealed entries of all ledgers."""
        return sum(one.entries for one in self.ledgers)


def trail_status() -> Status:
    """Read from blocks, never from the entries themselves."""
    last = last_verification()
    return Status(
        ledgers=[_sealed(ledger) for ledger in ledgers()],
        places=standings(),
        checkpoint_agrees=_agrees(checkpoints.newest(checkpoints.files()[0])),
        verified_at=last.at if last else None,
        verified=last.detail if last else None,
    )


def last_verification() -> AuditEvent | None:
    """The entry of the last verification, whose detail is its verdict."""
    return AuditEvent.objects.filter(verb=VERIFIED).order_by("-pk").first()


def unsealed(ledger: Ledger) -> int:
    """Entries behind the last sealed one; at most 10,000 are counted."""
    through = EvidenceBlock.objects.filter(ledger=ledger.name).aggregate(last=Max("through"))
    query = f"SELECT count(*) FROM (SELECT 1 FROM {ledger.table} WHERE id > %s LIMIT {_MOST}) e"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, [through["last"] or 0])
        return int(cursor.fetchone()[0])


def _sealed(ledger: Ledger) -> Sealed:
    known = EvidenceBlock.objects.filter(ledger=ledger.name).aggregate(
        blocks=Max("number"), entries=Sum("entries"), sealed_at=Max("sealed_at")
    )
    return Sealed(
        ledger=ledger.name,
        blocks=known["blocks"] or 0,
        entries=known["entries"] or 0,
        unsealed=unsealed(ledger),
        sealed_at=known["sealed_at"],
    )


def _agrees(newest: dict[str, Any] | None) -> bool:
    """Whether the last line of the file is of a block in the database, or neither has any."""
    if newest is None and not EvidenceBlock.objects.exists():
        return True
    if newest is None or not is_signed(newest, verifying_keys()):
        return False
    told = {name: newest.get(name) for name in ("ledger", "number", "digest")}
    return EvidenceBlock.objects.filter(**told).exists()
