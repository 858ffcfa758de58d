"""What keeps a system from being retired: placed and released by the app that knows."""

from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.actor import Actor
from accounts.errors import SystemHeld
from accounts.models import InformationSystem, SystemHold


@transaction.atomic
def place_hold(
    system_id: UUID, kind: str, reference: UUID, note: str, *, actor: Actor
) -> SystemHold:
    """Hold the system; the hold of this kind and reference moves over if another had it.

    No permission of its own: a hold follows from a deed that was allowed.
    """
    # Retiring moves this row before it looks for holds, so one of the two waits for the other.
    system = InformationSystem.objects.select_for_update(no_key=True).get(pk=system_id)
    before = SystemHold.objects.select_for_update().filter(kind=kind, reference=reference).first()
    if before is not None and before.system_id == system.pk:
        return before
    hold, _ = SystemHold.objects.update_or_create(
        kind=kind, reference=reference, defaults={"system": system, "note": note[:200]}
    )
    audit.record(actor, "hold.placed", system, kind=kind, reference=str(reference))
    return hold


@transaction.atomic
def release_hold(kind: str, reference: UUID, *, actor: Actor) -> bool:
    """Let the system go; False if it was not held for this."""
    found = SystemHold.objects.filter(kind=kind, reference=reference).select_related("system")
    hold = found.first()
    if hold is None or not found.filter(pk=hold.pk).delete()[0]:
        return False
    audit.record(actor, "hold.released", hold.system, kind=kind, reference=str(reference))
    return True


def require_unheld(system: InformationSystem) -> None:
    """SystemHeld, naming each reason, while anything holds the system."""
    holds = SystemHold.objects.filter(system=system).order_by("created_at")
    named = [
        {"kind": hold.kind, "reference": str(hold.reference), "note": hold.note} for hold in holds
    ]
    if named:
        raise SystemHeld("hand over or end what hangs on it first", holds=named)
