"""Telling the two sides of a request or a grant what the other did.

The reasons are fixed sentences, so that whoever shows them can translate them.
"""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from accounts.actions.notices import notify_department
from accounts.actor import Actor
from accounts.permissions import Role
from exchange.models import Grant, SharingRequest

# The titles of these notices, which their verbs give: named here to be translated.
TITLES = (
    gettext_noop("Grant certification due"),
    gettext_noop("Grant disposed"),
    gettext_noop("Grant expired"),
    gettext_noop("Grant finished"),
    gettext_noop("Grant rectified"),
    gettext_noop("Grant resumed"),
    gettext_noop("Grant revoked"),
    gettext_noop("Grant suspended"),
    gettext_noop("Request agreed"),
    gettext_noop("Request asked"),
    gettext_noop("Request consented"),
    gettext_noop("Request declined"),
    gettext_noop("Request prepared"),
    gettext_noop("Request received"),
    gettext_noop("Request refused"),
    gettext_noop("Request reopened"),
    gettext_noop("Request returned"),
    gettext_noop("Request submitted"),
    gettext_noop("Request supplemented"),
    gettext_noop("Request withdrawn"),
)
OFFICE = (Role.HEAD, Role.STEWARD)
HEAD = (Role.HEAD,)
STEWARD = (Role.STEWARD,)


def tell_requester(
    row: SharingRequest | Grant,
    *,
    actor: Actor,
    verb: str,
    reason: str,
    roles: tuple[Role, ...] = OFFICE,
    **facts: Any,
) -> None:
    """Leave a notice for the department that asks or holds."""
    _tell(row, row.department_id, actor, verb, reason, roles, facts)


def tell_provider(
    row: SharingRequest | Grant,
    *,
    actor: Actor,
    verb: str,
    reason: str,
    roles: tuple[Role, ...] = OFFICE,
    **facts: Any,
) -> None:
    """Leave a notice for the department that provides."""
    _tell(row, row.provider_id, actor, verb, reason, roles, facts)


def _tell(
    row: SharingRequest | Grant,
    department_id: UUID,
    actor: Actor,
    verb: str,
    reason: str,
    roles: tuple[Role, ...],
    facts: dict[str, Any],
) -> None:
    request = row if isinstance(row, SharingRequest) else row.request
    notify_department(
        row,
        actor=actor,
        department_id=department_id,
        roles=roles,
        verb=verb,
        reason=reason,
        resource=request.entry.name,
        **facts,
    )
