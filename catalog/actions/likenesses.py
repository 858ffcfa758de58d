"""Duplicates and repeated collection: found by scans, decided by people, remembered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
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

    All is compared at the first scan, where somebody asked for it, and every WHOLE_EVERY. The
    comparison holds no transaction; what it found is written in one. Pairs that people decided
    are left as they are.
    """
    require(actor, Perm.LIKENESS_SCAN)
    began = timezone.now()
    waiting = LikenessScan.objects.filter(ended_at=None, began_at__lte=began)
    since = None if whole or waiting.exists() else _since(began)
    if since is not None and not _is_due(since):
        return Scan()
    compared = compare(since)
    with transaction.atomic():
        done = Scan(compared.entries, len(compared.found), keep(compared.found, since))
        _record(done, actor, began, since is None)
    return done


@transaction.atomic
def request_scan(*, actor: Actor) -> LikenessScan:
    """Ask for a scan of everything: the row waits until a worker has made it."""
    require(actor, Perm.LIKENESS_SCAN)
    scan = LikenessScan.objects.create(began_at=timezone.now(), is_whole=True, asked_by=actor.id)
    audit.record(actor, "likeness.scan_requested", scan)
    wake("catalog.scan_likenesses")
    return scan


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


def _record(done: Scan, actor: Actor, began: datetime, whole: bool) -> None:
    """The scan as a row, or as those that waited for it."""
    told = {"compared": done.compared, "found": done.found, "dropped": done.dropped}
    now = timezone.now()
    waiting = LikenessScan.objects.filter(ended_at=None, began_at__lte=began)
    answered = waiting.update(began_at=began, ended_at=now, updated_at=now, **told) if whole else 0
    if not answered:
        LikenessScan.objects.create(began_at=began, ended_at=now, is_whole=whole, **told)
    scan = LikenessScan.objects.filter(began_at=began).latest("pk")
    audit.record(actor, "likeness.scanned", scan, whole=whole, **told)


def _since(now: datetime) -> datetime | None:
    ended = LikenessScan.objects.filter(ended_at__isnull=False).order_by("-began_at")
    last, whole = ended.first(), ended.filter(is_whole=True).first()
    if last is None or whole is None or now - whole.began_at > WHOLE_EVERY:
        return None
    return last.began_at - OVERLAP


def _is_due(since: datetime) -> bool:
    """True if a version was published or withdrawn since then."""
    changed = Q(published_at__gte=since) | Q(withdrawn_at__gte=since)
    return Entry.objects.filter(changed).exists()
