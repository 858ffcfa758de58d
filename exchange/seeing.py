"""Who may see the values of records in what departments say to each other."""

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from exchange.models import Objection


def sees_records(objection: Objection, actor: Actor) -> bool:
    """Whether the actor may see the values of records in an objection: the offices of both sides,
    and the authority once a dispute about it has come to it."""
    sides = (objection.department_id, objection.respondent_id)
    if any(may(actor, Perm.OBJECTION_RESOLVE, side) for side in sides):
        return True
    referred = any(dispute.referred_at for dispute in objection.disputes.all())
    return referred and may(actor, Perm.DISPUTE_DECIDE)
