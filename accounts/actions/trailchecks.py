"""Verifying the ledgers on request and every night, and giving them to those who verify themselves;
what was found or given goes into the trail itself."""

from dataclasses import asdict
from pathlib import Path

from django.db import transaction

from accounts import audit
from accounts.actor import CLOCK, Actor
from accounts.errors import TrailTooLong
from accounts.exporting import write_export
from accounts.models import EvidenceBlock
from accounts.permissions import Perm
from accounts.policy import require
from accounts.trail import trail_status
from accounts.verification import Verdict, verify_audit

# A person waits for it, so it must end in seconds; the nightly one has no limit.
MOST_WAITED_FOR = 300_000


def verify_trail(*, actor: Actor = CLOCK) -> Verdict:
    """Recompute all ledgers, compare the checkpoints and record the verdict."""
    require(actor, Perm.AUDIT_VIEW)
    if actor.is_person and trail_status().entries > MOST_WAITED_FOR:
        raise TrailTooLong(most=MOST_WAITED_FOR)
    verdict = verify_audit()
    audit.record(actor, "trail.verified", _head(), **asdict(verdict))
    return verdict


@transaction.atomic
def export_evidence(folder: Path, *, actor: Actor = CLOCK) -> dict[str, int]:
    """Write every ledger with its checkpoints into a new folder, for the stand-alone verifier; how
    many entries of each. What no checkpoint covers yet is not in it."""
    require(actor, Perm.AUDIT_VIEW)
    written = write_export(folder)
    audit.record(actor, "evidence.exported", _head(), **written)
    return written


def _head() -> EvidenceBlock:
    known = EvidenceBlock.objects.order_by("-pk").first()
    return known or EvidenceBlock(pk=0)
