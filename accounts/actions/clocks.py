"""Local limits of the statutory clocks."""

from django.db import transaction

from accounts import audit
from accounts.actor import Actor
from accounts.clocks import CLOCKS
from accounts.errors import OverCeiling
from accounts.models import ClockLimit
from accounts.permissions import Perm
from accounts.policy import require
from kernel.texts import Text


@transaction.atomic
def limit_clock(kind: str, *, actor: Actor, workdays: int, basis: str) -> ClockLimit:
    """Set this jurisdiction's own limit for clocks to come, at most the national one."""
    require(actor, Perm.CLOCK_LIMIT)
    ceiling = CLOCKS[kind].workdays
    if not 1 <= workdays <= ceiling:
        detail = Text("{kind} must have 1 to {ceiling} workdays", kind=kind, ceiling=ceiling)
        raise OverCeiling(
            errors=[{"pointer": "#/workdays", "code": OverCeiling.code, "detail": detail}]
        )
    row, made = ClockLimit.objects.get_or_create(
        kind=kind, defaults={"workdays": workdays, "basis": basis}
    )
    if not made:
        row.change(workdays=workdays, basis=basis)
    audit.record(actor, "clock.limited", row, kind=kind, workdays=workdays, basis=basis)
    return row
