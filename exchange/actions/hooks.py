"""A department's webhook for its notices: told in order, at least once, parked when it fails.

What is to be told are the notices themselves; the hook's row is the lane that brings them.
"""

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import mark_delivered, notify_department
from accounts.actor import Actor
from accounts.models import Notice
from accounts.permissions import Perm, Role
from accounts.policy import require
from exchange.announcing import OVERLAP, signing_secrets
from exchange.dataplane import webhooks
from exchange.dataplane.webhooks import Outcome, new_secret
from exchange.destinations import require_webhook, webhook_client
from exchange.models import Hook
from exchange.states import HOOK
from kernel.errors import Conflict
from kernel.sealing import seal

# The titles of the notices, which their verbs give: named here to be translated.
TITLES = (gettext_noop("Hook parked"),)

TURN_SECONDS = 30
HOOKS_PER_TURN = 50
NOTICES_PER_HOOK = 200


def open_hook(*, actor: Actor, url: str) -> tuple[Hook, str]:
    """Have the notices of the own department sent there from now on; with the signing secret,
    which is shown this once. DestinationRefused says what is wrong with the address."""
    require(actor, Perm.HOOK_OPEN, actor.department_id)
    require_webhook(url)
    secret = new_secret()
    with transaction.atomic():
        try:
            with transaction.atomic():
                hook = Hook.objects.create(
                    department_id=cast(UUID, actor.department_id), url=url, sealed=seal(secret)
                )
        except IntegrityError as other:
            raise Conflict("your department has a webhook already; close it first") from other
        audit.record(actor, "hook.opened", hook, url=url)
    return hook, secret


@transaction.atomic
def rotate_secret(hook: Hook, *, actor: Actor) -> tuple[Hook, str]:
    """Sign with a new secret, which is shown this once, and for a day with the old one too."""
    require(actor, Perm.HOOK_OPEN, hook.department_id)
    locked = Hook.objects.select_for_update().get(pk=hook.pk)
    if locked.state == "closed":
        raise Conflict("this webhook is closed; open a new one")
    secret = new_secret()
    locked.change(
        sealed=seal(secret), sealed_before=locked.sealed, before_until=timezone.now() + OVERLAP
    )
    audit.record(actor, "hook.secret_rotated", locked)
    return locked, secret


@transaction.atomic
def pause_hook(hook: Hook, *, actor: Actor, reason: str) -> Hook:
    """Send nothing for now; what is left out is sent after it resumes."""
    require(actor, Perm.HOOK_OPEN, hook.department_id)
    HOOK.move(hook, "pause", state_reason=reason, lease_until=None)
    audit.record(actor, "hook.paused", hook, reason=reason)
    return hook


@transaction.atomic
def resume_hook(hook: Hook, *, actor: Actor) -> Hook:
    """Send again, from the notice at which it stopped."""
    require(actor, Perm.HOOK_OPEN, hook.department_id)
    HOOK.move(hook, "resume", state_reason="", attempts=0, next_attempt_at=timezone.now())
    audit.record(actor, "hook.resumed", hook)
    return hook


@transaction.atomic
def close_hook(hook: Hook, *, actor: Actor) -> Hook:
    """Send nothing more; the notices stay in the platform."""
    require(actor, Perm.HOOK_OPEN, hook.department_id)
    HOOK.move(hook, "close", lease_until=None)
    audit.record(actor, "hook.closed", hook)
    return hook


def send_notices(*, actor: Actor) -> int:
    """Serve the webhooks that are due, for one turn; the notices that arrived.

    A worker that dies loses its hook when the lease runs out; a receiver tells a repeated call by
    its ``webhook-id``, which is the notice's.
    """
    require(actor, Perm.HOOK_OPEN)
    until = time.monotonic() + TURN_SECONDS
    arrived = 0
    for _ in range(HOOKS_PER_TURN):
        hook = _claim() if time.monotonic() < until else None
        if hook is None:
            return arrived
        arrived += _serve(hook, actor, until)
    return arrived


def _waiting(hook: Hook) -> Iterator[Notice]:
    """What has not been told since the hook was opened, the oldest first."""
    found = Notice.objects.filter(
        department_id=hook.department_id, delivered_at=None, created_at__gte=hook.created_at
    )
    return iter(found.order_by("id")[:NOTICES_PER_HOOK])


@transaction.atomic
def _claim() -> Hook | None:
    """Take the hook that has been due longest; the attempt is counted before the work."""
    now = timezone.now()
    untold = Notice.objects.filter(
        department_id=OuterRef("department_id"),
        delivered_at=None,
        created_at__gte=OuterRef("created_at"),
    )
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    due = Hook.objects.filter(free, Exists(untold), state="active", next_attempt_at__lte=now)
    hook = due.select_for_update(skip_locked=True).order_by("next_attempt_at").first()
    if hook is None:
        return None
    hook.change(lease_until=_lease(now), attempts=hook.attempts + 1)
    return hook


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def _keep(hook: Hook, **changes: object) -> bool:
    """Write under the lease, which names its holder by its end; False if another holds it."""
    rows = Hook.objects.filter(pk=hook.pk, state="active", lease_until=hook.lease_until)
    if not rows.update(**changes, version=F("version") + 1):
        return False
    for name, value in changes.items():
        setattr(hook, name, value)
    return True


def _serve(hook: Hook, actor: Actor, until: float) -> int:
    """Tell the hook's notices one by one until none is left, time is over, or one fails."""
    arrived = 0
    with webhook_client() as client:
        for notice in _waiting(hook):
            if time.monotonic() >= until:
                break
            if not _keep(hook, lease_until=_lease(timezone.now())):
                return arrived
            outcome = webhooks.send(
                hook.url, _event(notice), str(notice.pk), list(signing_secrets(hook)), client
            )
            if not outcome.ok:
                _failed(hook, outcome, actor)
                return arrived
            mark_delivered([notice.pk], actor=actor)
            arrived += 1
            hook.attempts = 1
    _keep(hook, lease_until=None, attempts=0, state_reason="", next_attempt_at=timezone.now())
    return arrived


def _event(notice: Notice) -> dict[str, object]:
    return {
        "type": notice.verb,
        "timestamp": notice.created_at.isoformat(),
        "data": {
            "notice": str(notice.pk),
            "department": str(notice.department_id),
            "reason": notice.reason,
            "subject_type": notice.subject_type,
            "subject": str(notice.subject_id),
            "facts": notice.facts,
        },
    }


def _failed(hook: Hook, outcome: Outcome, actor: Actor) -> None:
    """Wait by the schedule; stop the hook where waiting cannot help."""
    error = f"{outcome.error}: {outcome.detail}" if outcome.detail else outcome.error
    wait = webhooks.retry_delay(hook.attempts, random.uniform(-1, 1))  # noqa: S311
    if wait is None or outcome.gone or outcome.terminal:
        _park(hook, error, actor)
        return
    wait = max(wait, outcome.retry_after or 0)
    _keep(
        hook,
        lease_until=None,
        attempts=hook.attempts,
        state_reason=error[:400],
        next_attempt_at=timezone.now() + timedelta(seconds=wait),
    )


@transaction.atomic
def _park(hook: Hook, error: str, actor: Actor) -> None:
    if not _keep(hook, lease_until=None):
        return
    HOOK.move(hook, "pause", state_reason=error[:400])
    audit.record(actor, "hook.parked", hook, error=error[:400])
    notify_department(
        hook,
        actor=actor,
        department_id=hook.department_id,
        roles=(Role.DEPARTMENT_ADMIN,),
        verb="hook.parked",
        reason=gettext_noop("Your department's webhook does not take its notices and was stopped."),
        error=error[:400],
    )
