"""Duplicates and repeated collection: found by scans, decided by people, remembered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.likeness.keeping import keep
from catalog.likeness.scanning import compare
from catalog.models import Entry, Likeness, LikenessScan
from catalog.states import LIKENESS
from kernel.jobs import wake

# What many names share shifts slowly; once in so many days everything is weighed anew.
WHOLE_EVERY = timedelta(days=7)
# A deed that was under way when a scan began may carry an earlier time.
OVERLAP = timedelta(minutes=15)


@dataclass(frozen=True)
class Scan:
    """What a scan did: entries compared with all others, pairs found, open pairs dropped."""

    compared: int = 0
    found: int = 0
    dropped: int = 0


def scan_likenesses(*, actor: Actor, whole: bool = False) -> Scan:
    """Compare what was published since the last scan with everything in force, or all with all.

    All is compared at the first scan, on demand, and every WHOLE_EVERY. The comparison holds no
    transaction; what it found is written in one. Pairs that people decided are left as they are.
    """
    require(actor, Perm.LIKENESS_SCAN)
    began = timezone.now()
    since = None if whole else _since(began)
    if since is not None and not _is_due(since + OVERLAP):
        return Scan()
    compared = compare(since)
    with transaction.atomic():
        dropped = keep(compared.found, since)
        scan = LikenessScan.objects.create(
            began_at=began,
            is_whole=since is None,
            compared=compared.entries,
            found=len(compared.found),
            dropped=dropped,
        )
        audit.record(
            actor, "likeness.scanned", scan, whole=scan.is_whole, compared=scan.compared,
            found=scan.found, dropped=dropped,
        )  # fmt: skip
    return Scan(compared.entries, len(compared.found), dropped)


def request_scan(*, actor: Actor) -> None:
    """Ask a worker to compare everything now."""
    require(actor, Perm.LIKENESS_SCAN)
    with transaction.atomic():
        last = LikenessScan.objects.order_by("-began_at").first()
        audit.record(actor, "likeness.scan_requested", last or LikenessScan())
        wake("catalog.scan_likenesses_whole")


@transaction.atomic
def confirm_likeness(likeness: Likeness, *, actor: Actor, reason: str) -> Likeness:
    """Say that these are one, or that it is collected twice; what follows is the owners' deed."""
    return _decide(likeness, "confirm", "likeness.confirmed", actor, reason)


@transaction.atomic
def dismiss_likeness(likeness: Likeness, *, actor: Actor, reason: str) -> Likeness:
    """Say that these are two; no later scan brings the pair up again."""
    return _decide(likeness, "dismiss", "likeness.dismissed", actor, reason)


@transaction.atomic
def reopen_likeness(likeness: Likeness, *, actor: Actor, reason: str) -> Likeness:
    """Take a dismissal back; the next whole scan drops the pair if it is alike no longer."""
    return _decide(likeness, "reopen", "likeness.reopened", actor, reason)


def _decide(likeness: Likeness, move: str, verb: str, actor: Actor, reason: str) -> Likeness:
    """Either department may decide about a pair of its own, the authority about any."""
    owners = {likeness.left.department_id, likeness.right.department_id}
    own = actor.department_id if actor.department_id in owners else likeness.left.department_id
    require(actor, Perm.LIKENESS_DECIDE, own)
    LIKENESS.move(
        likeness, move, decided_by=actor.id, decision_reason=reason, decided_at=timezone.now()
    )
    audit.record(actor, verb, likeness, reason=reason)
    return likeness


def _since(now: datetime) -> datetime | None:
    last = LikenessScan.objects.order_by("-began_at").first()
    whole = LikenessScan.objects.filter(is_whole=True).order_by("-began_at").first()
    if last is None or whole is None or now - whole.began_at > WHOLE_EVERY:
        return None
    return last.began_at - OVERLAP


def _is_due(last: datetime) -> bool:
    """True if a version was published or withdrawn since the last scan began."""
    since = last - OVERLAP
    changed = Entry.objects.filter(published_at__gte=since) | Entry.objects.filter(
        withdrawn_at__gte=since
    )
    return changed.exists()
