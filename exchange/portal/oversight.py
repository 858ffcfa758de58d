"""What the pages of oversight share: of whom and of which days they tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere

PERIODS = (
    ("30", _("Last 30 days")),
    ("90", _("Last 90 days")),
    ("365", _("Last 12 months")),
    ("year", _("This year")),
)


@dataclass(frozen=True)
class Scope:
    """The departments and days of a page, as its address asks for them."""

    departments: dict[UUID, str]
    period: str
    since: date
    until: date
    # The one department asked for, of several that could be.
    department: str
    offered: Sequence[tuple[UUID, str]]

    @property
    def keys(self) -> list[UUID]:
        """The departments' keys."""
        return list(self.departments)

    @property
    def query(self) -> dict[str, str]:
        """The scope as it stands in an address."""
        said = {"period": self.period if self.period != PERIODS[0][0] else ""}
        return {**said, "department": self.department}


def scope_of(request: HttpRequest) -> Scope:
    """What is asked, narrowed to what the actor answers for; what is wrong is as if not said."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows: Any = Department.objects.visible_to(actor).filter(is_active=True)
    if not may_everywhere(actor, Perm.EVALUATION_VIEW):
        rows = rows.filter(pk=actor.department_id)
    known: dict[UUID, str] = dict(rows.order_by("name").values_list("pk", "name"))
    asked = request.GET.get("department", "")
    narrowed = {key: name for key, name in known.items() if str(key) == asked}
    period = request.GET.get("period", "")
    period = period if period in dict(PERIODS) else PERIODS[0][0]
    until = timezone.localdate()
    since = until.replace(month=1, day=1)
    if period != "year":
        since = until - timedelta(days=int(period) - 1)
    return Scope(
        departments=narrowed or known,
        period=period,
        since=since,
        until=until,
        department=asked if narrowed else "",
        offered=list(known.items()) if len(known) > 1 else [],
    )
