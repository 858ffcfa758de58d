"""How far the audit trail is sealed, and what its last verification said: cheap at any length."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Sum

from accounts import checkpoints
from accounts.models import AuditBlock, AuditEvent, AuditSeal

VERIFIED = "trail.verified"
_MOST = 10_000


@dataclass(frozen=True)
class Status:
    """The trail now; ``verified`` is what the last verification found, None before the first."""

    blocks: int
    entries: int
    unsealed: int
    sealed_at: datetime | None
    checkpoint: int | None
    checkpoint_agrees: bool
    verified_at: datetime | None
    verified: dict[str, Any] | None


def trail_status() -> Status:
    """Read from blocks and seals, never from the entries themselves."""
    known = AuditBlock.objects.aggregate(
        blocks=Max("number"), entries=Sum("entries"), sealed_at=Max("sealed_at")
    )
    head = known["blocks"] or 0
    last = last_verification()
    newest = checkpoints.newest() if checkpoints.exists() else None
    return Status(
        blocks=head,
        entries=known["entries"] or 0,
        unsealed=_unsealed(head),
        sealed_at=known["sealed_at"],
        checkpoint=newest.block if newest else None,
        checkpoint_agrees=_agrees(newest),
        verified_at=last.at if last else None,
        verified=last.detail if last else None,
    )


def last_verification() -> AuditEvent | None:
    """The entry of the last verification, whose detail is its verdict."""
    return AuditEvent.objects.filter(verb=VERIFIED).order_by("-pk").first()


def _agrees(newest: checkpoints.Checkpoint | None) -> bool:
    if newest is None:
        return False
    return AuditBlock.objects.filter(pk=newest.block, digest=newest.digest).exists()


def _unsealed(head: int) -> int:
    sealed = AuditSeal.objects.filter(block_id=head).aggregate(last=Max("event_id"))["last"] or 0
    return AuditEvent.objects.filter(pk__gt=sealed)[:_MOST].count()
