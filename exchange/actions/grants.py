"""Everything that can happen to a grant after consent."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.obligations import cancel_obligation
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange.actions.holds import settle_hold
from exchange.models import Grant
from exchange.states import GRANT, SUBSCRIPTION


@transaction.atomic
def revoke_grant(grant: Grant, *, actor: Actor, reason: str) -> Grant:
    """End the right at once: no page, file, look-up or delivery starts under it any more."""
    require(actor, Perm.GRANT_REVOKE, grant.provider_id)
    GRANT.move(grant, "revoke", ended_at=timezone.now(), end_reason=reason)
    _end_lanes(grant, reason)
    cancel_obligation("C5", grant, actor=actor)
    audit.record(actor, "grant.revoked", grant, reason=reason)
    settle_hold(grant.resource_id, actor=actor)
    return grant


@transaction.atomic
def expire_grant(grant: Grant, *, actor: Actor) -> Grant:
    """End a right whose term has run out; reads were refused from that day on already."""
    require(actor, Perm.GRANT_REVOKE, grant.provider_id)
    GRANT.move(grant, "expire", ended_at=timezone.now(), end_reason="the term has run out")
    _end_lanes(grant, "the grant's term has run out")
    cancel_obligation("C5", grant, actor=actor)
    audit.record(actor, "grant.expired", grant)
    settle_hold(grant.resource_id, actor=actor)
    return grant


def expire_due(*, actor: Actor, limit: int = 500) -> int:
    """Expire the grants whose last day is over; how many."""
    require(actor, Perm.GRANT_REVOKE)
    due = Grant.objects.filter(state="active", ends_on__lt=timezone.localdate())[:limit]
    for grant in due:
        expire_grant(grant, actor=actor)
    return len(due)


def _end_lanes(grant: Grant, reason: str) -> None:
    # In key order, so that two who end the same lanes wait for each other and do not deadlock.
    lanes = grant.subscriptions.filter(state__in=("active", "paused")).order_by("pk")
    for lane in lanes.select_for_update():
        SUBSCRIPTION.move(
            lane, "end", state_reason=reason, lease_token=lane.lease_token + 1, lease_until=None
        )
