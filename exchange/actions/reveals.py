"""Unmasking values for some minutes, after another person agreed."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.proposals import spend
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange.models import Connector, Dataset
from exchange.reveals import LASTS, NAME

Subject = Dataset | Connector


@transaction.atomic
def reveal_values(subject: Subject, *, actor: Actor) -> Subject:
    """From now on, for ten minutes, show the actor the values of the dataset or connector unmasked.

    SecondPersonNeeded unless another person confirmed the actor's proposal, which serves once.
    """
    require(actor, Perm.VALUE_REVEAL, subject.department_id)
    until = (timezone.now() + LASTS).isoformat()
    agreed = spend(NAME, subject, actor=actor, until=until)
    audit.record(
        actor,
        "value.revealed",
        subject,
        reason=agreed.reason,
        confirmed_by=str(agreed.decided_by_id),
        until=until,
    )
    return subject
