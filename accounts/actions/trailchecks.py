"""Verifying the trail on request and every night; what was found goes into the trail itself."""

from dataclasses import asdict

from accounts import audit
from accounts.actor import CLOCK, Actor
from accounts.errors import TrailTooLong
from accounts.models import AuditBlock
from accounts.permissions import Perm
from accounts.policy import require
from accounts.trail import trail_status
from accounts.verification import Verdict, verify_audit

# A person waits for it, so it must end in seconds; the nightly one has no limit.
MOST_WAITED_FOR = 300_000


def verify_trail(*, actor: Actor = CLOCK) -> Verdict:
    """Recompute the whole chain, compare the checkpoints and record the verdict."""
    require(actor, Perm.AUDIT_VIEW)
    if actor.is_person and trail_status().entries > MOST_WAITED_FOR:
        raise TrailTooLong(most=MOST_WAITED_FOR)
    verdict = verify_audit()
    head = AuditBlock.objects.order_by("-number").first() or AuditBlock(number=0)
    audit.record(actor, "trail.verified", head, **asdict(verdict))
    return verdict
