"""Changes of law and duties that entries have to follow within ten workdays (Art. 17: clock C1)."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.obligations import meet_obligation, open_obligation
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.errors import NotInForce
from catalog.models import Adjustment, Entry, Resource
from catalog.versions import hold
from kernel.errors import Forbidden, Invalid


@transaction.atomic
def register_adjustment(
    resource: Resource,
    *,
    actor: Actor,
    cause: str,
    document: str,
    happened_on: date,
    note: str = "",
) -> Adjustment:
    """State a change that the entry in force must follow; the clock counts from ``happened_on``.

    It stops when an updated version has been handed to the authority, or none is left to update.
    """
    require(actor, Perm.ADJUSTMENT_REGISTER, resource.department_id)
    if actor.id is None:
        raise Forbidden("only a person registers a change")
    if happened_on > timezone.localdate():
        raise Invalid.field("happened_on", "register it on the day of the change", "in-future")
    held = hold(resource)
    if held.published_id is None:
        raise NotInForce("there is no entry that would have to follow the change")
    made = Adjustment.objects.create(
        resource=held,
        department_id=held.department_id,
        cause=cause,
        document=document,
        note=note,
        happened_on=happened_on,
        registered_by=actor.id,
    )
    open_obligation(
        "C1",
        made,
        actor=actor,
        department_id=held.department_id,
        started_at=timezone.make_aware(datetime.combine(happened_on, time.min)),
    )
    audit.record(
        actor,
        "adjustment.registered",
        made,
        resource=str(held.pk),
        cause=cause,
        happened_on=happened_on.isoformat(),
    )
    return made


@transaction.atomic
def follow_adjustments(entry: Entry, *, actor: Actor, at: datetime | None = None) -> int:
    """Stop the clocks of what this version follows: every change registered so far; how many.

    No permission of its own: it follows from handing the version to the authority (报送审核), or
    from taking it out of force.
    """
    waiting = Adjustment.objects.select_for_update().filter(
        resource_id=entry.resource_id, entry__isnull=True
    )
    followed = list(waiting.order_by("pk"))
    for row in followed:
        row.change(entry=entry)
        meet_obligation("C1", row, actor=actor, at=at)
        audit.record(actor, "adjustment.followed", row, number=entry.number)
    return len(followed)
