"""Telling departments what they must know, and why it is they who are told."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models

from accounts.actor import Actor
from accounts.models import Notice
from accounts.permissions import Role


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
