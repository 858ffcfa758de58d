"""What the pages of oversight share: of whom and of which days they tell."""

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
from accounts.policy import may, may_everywhere
from accounts.portal.choices import departments
from kernel.listparts import Field, Filter, field_of

PERIODS = (
    ("30", _("Last 30 days")),
    ("90", _("Last 90 days")),
    ("365", _("Last 12 months")),
    ("year", _("This year")),
)
_DEPARTMENT = Filter("department", _("Department"), departments)


@dataclass(frozen=True)
class Scope:
    """The departments and days of a page, as its address asks for them."""

    departments: dict[UUID, str]
    period: str
    since: date
    until: date
    # The one department asked for, of several that could be.
    department: str
    # Where it is chosen; None for who has no choice.
    field: Field | None
    # Whether these are all departments that are there.
    are_all: bool
    # Whether calls and rows lead to the page that counts them by day.
    sees_use: bool = False

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
    field = None
    if may_everywhere(actor, Perm.EVALUATION_VIEW):
        field = field_of(_DEPARTMENT, actor, request.GET.get("department", ""))
    else:
        rows = rows.filter(pk=actor.department_id)
    known: dict[UUID, str] = dict(rows.order_by("name").values_list("pk", "name"))
    narrowed = _asked(field, known)
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
        department=str(next(iter(narrowed), "")),
        field=field,
        are_all=field is not None and not narrowed,
        sees_use=may(actor, Perm.USE_VIEW),
    )


def _asked(field: Field | None, known: dict[UUID, str]) -> dict[UUID, str]:
    """The one department that was chosen, or whose name was typed."""
    if field is None or not field.value:
        return {}
    values = [key for key, _name in field.choices] if field.is_typed else [UUID(field.value)]
    return {key: known[key] for key in values[:1] if key in known}
