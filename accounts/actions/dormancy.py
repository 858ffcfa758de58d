"""Accounts that nobody uses rest: told a week before, suspended by the clock, opened again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from accounts import audit
from accounts.actions.notices import notify_department
from accounts.actor import Actor
from accounts.models import Member, SessionToken, User
from accounts.permissions import ADMINISTRATORS, Perm, Role
from accounts.policy import require

NOTICE = timedelta(days=7)


def suspend_dormant(*, actor: Actor) -> int:
    """Tell of accounts that will rest in a week, and suspend those that were told of; how many.

    The last holder of an administrator's role stays, so that the platform is never without one.
    """
    require(actor, Perm.MEMBER_DEACTIVATE)
    if not settings.DORMANT_DAYS:
        return 0
    now, days = timezone.now(), timedelta(days=settings.DORMANT_DAYS)
    for user in _unused(now - max(days - NOTICE, timedelta())).filter(dormant_told_at=None):
        _tell(user, actor, now + NOTICE)
    suspended = 0
    for user in _unused(now - days).filter(dormant_told_at__lte=now - NOTICE):
        suspended += _suspend(user, actor)
    return suspended


@transaction.atomic
def reopen_account(member: Member, *, actor: Actor) -> Member:
    """Let somebody back whose account rests; without a sign-in it rests again after notice."""
    require(actor, Perm.ACCOUNT_REOPEN, member.department_id)
    locked = User.objects.select_for_update().get(pk=member.user_id)
    if locked.suspended_at is not None:
        locked.change(is_active=True, suspended_at=None, dormant_told_at=None)
        audit.record(actor, "account.reopened", locked)
    member.refresh_from_db()
    return member


def _unused(before: datetime) -> Any:
    rows = User.objects.filter(is_active=True).annotate(
        seen_at=Coalesce("last_login", "created_at")
    )
    return rows.filter(seen_at__lte=before).order_by("pk")


@transaction.atomic
def _tell(user: User, actor: Actor, on: datetime) -> None:
    user.change(dormant_told_at=timezone.now())
    day = str(timezone.localdate(on))
    for department_id in _departments(user):
        notify_department(
            user,
            actor=actor,
            department_id=department_id,
            roles=(Role.DEPARTMENT_ADMIN, Role.OPERATOR),
            verb="account.dormant",
            reason=gettext_noop("An account of your department is not used and will be suspended."),
            person=user.name,
            username=user.username,
            on=day,
        )
    if user.email:
        _mail(user, day)


def _mail(user: User, day: str) -> None:
    told = {"name": user.name, "username": user.username, "day": day}
    said = gettext("%(name)s: sign in as %(username)s before %(day)s, or the account will rest.")
    text = said % told
    title = gettext("Your account will be suspended")
    transaction.on_commit(
        lambda: send_mail(title, text, None, [user.email], fail_silently=True), robust=True
    )


@transaction.atomic
def _suspend(user: User, actor: Actor) -> int:
    locked = User.objects.select_for_update().get(pk=user.pk)
    if any(_is_last(locked, role) for role in ADMINISTRATORS):
        return 0
    now = timezone.now()
    locked.change(is_active=False, suspended_at=now)
    SessionToken.objects.filter(user=locked, revoked_at=None).update(revoked_at=now)
    audit.record(actor, "account.suspended", locked, days=settings.DORMANT_DAYS)
    return 1


def _is_last(user: User, role: Role) -> bool:
    holders = Member.objects.active().filter(roles__contains=[role.value])
    return holders.filter(user=user).exists() and not holders.exclude(user=user).exists()


def _departments(user: User) -> Iterator[Any]:
    yield from Member.objects.active().filter(user=user).values_list("department_id", flat=True)
