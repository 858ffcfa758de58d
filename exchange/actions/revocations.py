"""All rights of a system or a department ended in one deed, such as after a break-in."""

from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.actor import Actor
from accounts.models import Department, InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from exchange.actions.grants import revoke_grant
from exchange.models import Grant
from exchange.states import GRANT


@transaction.atomic
def revoke_grants(
    *,
    actor: Actor,
    reason: str,
    system: InformationSystem | None = None,
    department: Department | None = None,
) -> int:
    """End every right that names this system, or is this department's; how many.

    All or none. Two people take it: it is carried out when the second one confirms the proposal.
    """
    require(actor, Perm.GRANT_REVOKE_ALL)
    held = Q(department=department)
    if system is not None:
        held = Q(system=system) | Q(systems__contains=[system.pk])
    rows = Grant.objects.filter(held, state__in=GRANT.moves["revoke"][0]).order_by("pk")
    grants = list(rows.select_for_update())
    for grant in grants:
        revoke_grant(grant, actor=actor, reason=reason)
    subject = system if system is not None else department
    if subject is not None:
        audit.record(actor, "grant.revoked_all", subject, grants=len(grants), reason=reason)
    return len(grants)
