"""Telling departments what they must know, and why it is they who are told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.actor import Actor
from accounts.models import Member, Notice
from accounts.permissions import Role
from kernel.errors import Forbidden

# The titles of the notices of this app, which their verbs give: named here to be translated.
TITLES = (
    gettext_noop("Obligation warned"),
    gettext_noop("Obligation overdue"),
    gettext_noop("Obligation escalated"),
    gettext_noop("Obligation extended"),
    gettext_noop("Obligation extension asked"),
    gettext_noop("Obligation extension declined"),
    gettext_noop("Account dormant"),
)


def notify_department(
    subject: models.Model,
    *,
    actor: Actor,
    department_id: UUID,
    roles: Iterable[Role],
    verb: str,
    reason: str,
    **facts: Any,
) -> Notice:
    """Leave a notice for the holders of these roles in a department, in the deed's transaction.

    ``verb`` is the trail's; ``reason`` says why they get it, in a sentence for people; ``facts``
    hold names, numbers and dates, never a secret or a record's value. No permission and no entry
    of its own: a notice follows from a deed that was allowed and left its trace.
    """
    return Notice.objects.create(
        department_id=department_id,
        roles=sorted(role.value for role in roles),
        verb=verb,
        reason=reason,
        subject_type=str(subject._meta.model_name),
        subject_id=subject.pk,
        facts={"by": actor.name, **facts},
    )


def notify_authority(
    subject: models.Model, *, actor: Actor, verb: str, reason: str, **facts: Any
) -> None:
    """Leave the notice for the sharing authority, wherever members hold that role."""
    for department_id in Member.objects.departments_of(Role.AUTHORITY):
        notify_department(
            subject,
            actor=actor,
            department_id=department_id,
            roles=(Role.AUTHORITY,),
            verb=verb,
            reason=reason,
            **facts,
        )


@transaction.atomic
def read_notices(*, actor: Actor, until: datetime) -> int:
    """Take every notice up to this moment as read by this person; how many were new."""
    if actor.id is None or actor.department_id is None or not actor.is_person:
        raise Forbidden("notices are read by people who act for a department")
    member = Member.objects.select_for_update().get(
        user_id=actor.id, department_id=actor.department_id
    )
    until = min(until, timezone.now())
    new = Notice.objects.visible_to(actor).filter(created_at__lte=until)
    if member.noticed_at:
        new = new.filter(created_at__gt=member.noticed_at)
    found = new.count()
    if member.noticed_at is None or until > member.noticed_at:
        member.change(noticed_at=until)
    return found


def mark_delivered(ids: Iterable[UUID], *, actor: Actor) -> None:
    """The department's webhook took these."""
    Notice.objects.filter(pk__in=list(ids), delivered_at=None).update(
        delivered_at=timezone.now(), version=F("version") + 1
    )
