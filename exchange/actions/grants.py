"""Everything that can happen to a grant after consent (Order 809 Art. 25-27).

What the provider may do without the holder is to suspend and to end; what the holder may do without
the provider is to say that the purpose is achieved, to certify its need and to dispose.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.obligations import cancel_obligation, meet_obligation, open_obligation
from accounts.actor import Actor
from accounts.evidence import require_stored
from accounts.models import Notice, Obligation
from accounts.permissions import Perm
from accounts.policy import require
from exchange.actions.holds import settle_hold
from exchange.actions.subscriptions import hold_lanes, release_lanes
from exchange.actions.tellings import HEAD, tell_provider, tell_requester
from exchange.answers import ANSWER_CLOCKS, certify_until
from exchange.models import Grant, UseEntry
from exchange.projected import forget_files
from exchange.states import GRANT, GRANT_RUNNING, REQUEST, REQUEST_OPEN, SUBSCRIPTION
from kernel.errors import IllegalMove, Invalid
from kernel.texts import Text

WARNING = timedelta(days=30)
CERTIFICATION_DUE = "grant.certification_due"


@transaction.atomic
def suspend_grant(
    grant: Grant, *, actor: Actor, reason: str, rectify_by: date | None = None
) -> Grant:
    """Stop the right at once until its holder has put right what was wrong (Art. 27).

    ``rectify_by`` is the provider's day; without one the platform's own clock gives it (N5).
    """
    require(actor, Perm.GRANT_SUSPEND, grant.provider_id)
    if rectify_by is not None and rectify_by < timezone.localdate():
        raise Invalid.field("rectify_by", "must not be over")
    now = timezone.now()
    GRANT.move(
        grant,
        "suspend",
        suspended_at=now,
        suspend_reason=reason,
        rectify_by=rectify_by,
        rectification="",
    )
    clock = open_obligation(
        "N5",
        grant,
        actor=actor,
        department_id=grant.department_id,
        counterpart_id=grant.provider_id,
        started_at=now,
    )
    if rectify_by is None:
        grant.change(rectify_by=clock.due_on)
    hold_lanes(grant, actor=actor, reason=reason)
    audit.record(actor, "grant.suspended", grant, reason=reason)
    tell_requester(
        grant,
        actor=actor,
        verb="grant.suspended",
        reason=gettext_noop("A right of your department is suspended; put right what was wrong."),
        why=reason,
        rectify_by=str(grant.rectify_by),
    )
    return grant


@transaction.atomic
def rectify_grant(grant: Grant, *, actor: Actor, rectification: str) -> Grant:
    """The holder says what it has put right; the provider resumes or ends it."""
    require(actor, Perm.GRANT_RECTIFY, grant.department_id)
    GRANT.move(grant, "rectify", rectification=rectification)
    meet_obligation("N5", grant, actor=actor)
    audit.record(actor, "grant.rectified", grant, rectification=rectification)
    tell_provider(
        grant,
        actor=actor,
        verb="grant.rectified",
        reason=gettext_noop("The holder has put right what was wrong; resume the right or end it."),
    )
    return grant


@transaction.atomic
def resume_grant(grant: Grant, *, actor: Actor, reason: str) -> Grant:
    """Put a suspended right in force again; what is still to be put right falls away."""
    require(actor, Perm.GRANT_SUSPEND, grant.provider_id)
    require_stored()
    GRANT.move(grant, "resume", suspended_at=None, rectify_by=None)
    cancel_obligation("N5", grant, actor=actor)
    release_lanes(grant, actor=actor)
    audit.record(actor, "grant.resumed", grant, reason=reason)
    tell_requester(
        grant,
        actor=actor,
        verb="grant.resumed",
        reason=gettext_noop("A right of your department is in force again."),
        why=reason,
    )
    return grant


@transaction.atomic
def revoke_grant(grant: Grant, *, actor: Actor, reason: str) -> Grant:
    """End the right at once: no page, file, look-up or delivery starts under it any more."""
    require(actor, Perm.GRANT_REVOKE, grant.provider_id)
    return _end(grant, "revoke", reason, actor, "grant.revoked")


@transaction.atomic
def finish_grant(grant: Grant, *, actor: Actor, reason: str = "") -> Grant:
    """The holder has achieved the purpose, or needs it no more: the right ends (Art. 27)."""
    require(actor, Perm.GRANT_DISPOSE, grant.department_id)
    reason = reason or "the purpose is achieved"
    return _end(grant, "finish", reason, actor, "grant.finished")


@transaction.atomic
def expire_grant(grant: Grant, *, actor: Actor) -> Grant:
    """End a right whose term has run out; reads were refused from that day on already."""
    require(actor, Perm.GRANT_REVOKE, grant.provider_id)
    return _end(grant, "expire", "the term has run out", actor, "grant.expired")


def expire_due(*, actor: Actor, limit: int = 500) -> int:
    """Expire the grants whose last day is over; how many."""
    require(actor, Perm.GRANT_REVOKE)
    due = Grant.objects.filter(state__in=GRANT_RUNNING, ends_on__lt=timezone.localdate())
    return sum(_tried(expire_grant, grant, actor=actor) for grant in due[:limit])


@transaction.atomic
def dispose_grant(
    grant: Grant,
    *,
    actor: Actor,
    method: str,
    systems: Sequence[str],
    statement: str,
    document: str = "",
) -> Grant:
    """The holder's head certifies that what was received is disposed of, how and where (Art. 27).

    ``systems`` are the names of those in which it was kept.
    """
    require(actor, Perm.GRANT_DISPOSE, grant.department_id)
    now = timezone.now()
    disposal = {
        "method": method,
        "systems": list(systems),
        "statement": statement,
        "document": document,
        "signed_by": actor.name,
    }
    GRANT.move(grant, "dispose", disposal=disposal, disposed_at=now)
    meet_obligation("N6", grant, actor=actor, at=now)
    audit.record(actor, "grant.disposed", grant, method=method, document=document)
    tell_provider(
        grant,
        actor=actor,
        verb="grant.disposed",
        reason=gettext_noop("The holder certifies that what your department gave is disposed of."),
    )
    return grant


@transaction.atomic
def certify_grant(grant: Grant, *, actor: Actor) -> Grant:
    """The holder's head certifies that the right is still needed: for another year, or its term."""
    require(actor, Perm.GRANT_CERTIFY, grant.department_id)
    locked = Grant.objects.select_for_update().get(pk=grant.pk)
    if locked.state not in GRANT_RUNNING:
        raise IllegalMove(
            Text("cannot certify from {state}", state=locked.state),
            move="certify",
            state=locked.state,
            possible=[],
        )
    grant.change(certified_at=timezone.now(), certify_by=certify_until(locked.ends_on))
    audit.record(actor, "grant.certified", grant, certify_by=str(grant.certify_by))
    return grant


def certify_due(*, actor: Actor, limit: int = 500) -> int:
    """Warn the holders whose certification is due within 30 days, and suspend what was not
    certified in time; how many of both."""
    require(actor, Perm.GRANT_SUSPEND)
    today = timezone.localdate()
    asked = Grant.objects.filter(state="active", certify_by__lt=F("ends_on"))
    late = asked.filter(certify_by__lt=today)[:limit]
    reason = "its need was not certified in time"
    suspended = sum(_tried(suspend_grant, grant, actor=actor, reason=reason) for grant in late)
    told = Notice.objects.filter(verb=CERTIFICATION_DUE, created_at__date__gte=today - WARNING)
    soon = asked.filter(certify_by__range=(today, today + WARNING))
    waiting = soon.exclude(pk__in=told.values("subject_id"))[:limit]
    for grant in waiting:
        tell_requester(
            grant,
            actor=actor,
            verb=CERTIFICATION_DUE,
            reason=gettext_noop(
                "Certify that your department still needs this right, or it is suspended."
            ),
            roles=HEAD,
            certify_by=str(grant.certify_by),
        )
    return suspended + len(waiting)


def _end(grant: Grant, move: str, reason: str, actor: Actor, verb: str) -> Grant:
    now = timezone.now()
    GRANT.move(grant, move, ended_at=now, end_reason=reason)
    _end_lanes(grant, reason)
    _withdraw_amendments(grant, actor)
    for kind in ("C5", "N5"):
        cancel_obligation(kind, grant, actor=actor)
    _owe_disposal(grant, actor)
    audit.record(actor, verb, grant, reason=reason)
    settle_hold(grant.resource_id, actor=actor)
    transaction.on_commit(lambda: forget_files(grant))
    tell_requester(
        grant,
        actor=actor,
        verb=verb,
        reason=gettext_noop(
            "A right of your department has ended; dispose of what was received under it."
        ),
        why=reason,
    )
    tell_provider(
        grant,
        actor=actor,
        verb=verb,
        reason=gettext_noop("A right that your department gave has ended."),
    )
    return grant


def _owe_disposal(grant: Grant, actor: Actor) -> None:
    """What was received is to be disposed of (N6); where nothing ever was, nothing is owed."""
    open_obligation(
        "N6",
        grant,
        actor=actor,
        department_id=grant.department_id,
        counterpart_id=grant.provider_id,
        started_at=grant.ended_at,
    )
    met = Obligation.objects.filter(kind="C5", subject_id=grant.pk, state="met")
    if not UseEntry.objects.filter(grant=grant).exists() and not met.exists():
        cancel_obligation("N6", grant, actor=actor)


def _withdraw_amendments(grant: Grant, actor: Actor) -> None:
    """What would have changed the grant has nothing to change any more."""
    asked = grant.amendments.filter(state__in=REQUEST_OPEN).order_by("pk")
    for request in asked.select_for_update():
        REQUEST.move(request, "withdraw")
        for kind in ANSWER_CLOCKS:
            cancel_obligation(kind, request, actor=actor)
        audit.record(actor, "request.withdrawn", request, grant=str(grant.pk))


def _end_lanes(grant: Grant, reason: str) -> None:
    # In key order, so that two who end the same lanes wait for each other and do not deadlock.
    lanes = grant.subscriptions.filter(state__in=("active", "paused")).order_by("pk")
    for lane in lanes.select_for_update():
        SUBSCRIPTION.move(
            lane, "end", state_reason=reason, lease_token=lane.lease_token + 1, lease_until=None
        )


def _tried(deed: Any, grant: Grant, **how: Any) -> bool:
    """Whether the clock's deed was done; another may have ended the grant meanwhile."""
    try:
        deed(grant, **how)
    except IllegalMove:
        return False
    return True
