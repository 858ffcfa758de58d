"""Usage in the portal: calls and rows by day, of a dataset or a department."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actor import Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import reader
from accounts.spreadsheets import report_answer
from exchange.models import Dataset, GrantDay
from exchange.portal.datasets import name_of
from kernel.days import read_day
from kernel.listparts import Field, Filter, field_of
from kernel.pages import page

_DAYS, _MOST_DAYS, _TOP = 30, 366, 10
_DEPARTMENT = Filter("department", "", departments)


@dataclass(frozen=True)
class Asked:
    """Of what, and of which days."""

    dataset: Dataset | None
    department: Department | None
    first: date
    last: date
    side: str

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


@require_GET
@signed_in
def usage_page(request: HttpRequest) -> HttpResponseBase:
    """Calls and rows by day, and who received most; ``as=xlsx`` and ``as=csv`` give the days."""
    actor = reader(request, Perm.USE_VIEW)
    field = _field(request, actor)
    asked = _asked(request, actor, field)
    rows = _rows(actor, asked)
    days = _by_day(rows, asked)
    kind = request.GET.get("as", "")
    if kind in ("xlsx", "csv"):
        heads = [(_("Day"), 14), (_("Calls"), 14), (_("Rows"), 18)]
        return report_answer(_("Usage"), heads, iter(days), kind, "utf-8")
    state = request.GET.copy()
    context = {
        "asked": asked,
        "name": name_of(asked.dataset) if asked.dataset else "",
        "days": days,
        "calls": sum(calls for _day, calls, _rows in days),
        "rows": sum(found for _day, _calls, found in days),
        "receivers": _top(rows, "grant__department__name"),
        "datasets": [] if asked.dataset else _top(rows, "grant__resource__published__name"),
        "field": field,
        "exports": [(word, _as(state, word)) for word in ("xlsx", "csv")],
    }
    return page(request, "exchange/usage.html", context)


def _field(request: HttpRequest, actor: Actor) -> Field | None:
    """The choice of a department, for those who see several."""
    if not may_everywhere(actor, Perm.USE_VIEW):
        return None
    return field_of(_DEPARTMENT, actor, request.GET.get("department", ""))


def _asked(request: HttpRequest, actor: Actor, field: Field | None) -> Asked:
    """What the address asks for; what it says wrongly is as if it were not said."""
    said = request.GET
    today = timezone.localdate()
    last = min(read_day(said.get("to", "")) or today, today)
    first = read_day(said.get("from", "")) or last - timedelta(days=_DAYS - 1)
    first = min(max(first, last - timedelta(days=_MOST_DAYS - 1)), last)
    dataset = department = None
    if wanted := _id(said.get("dataset", "")):
        seen = Dataset.objects.visible_to(actor).select_related("resource__published")
        dataset = seen.filter(pk=wanted).first()
    if field and field.value:
        keys = [key for key, _name in field.choices] if field.is_typed else [field.value]
        department = Department.objects.visible_to(actor).filter(pk__in=keys[:1]).first()
    side = said.get("side", "")
    return Asked(dataset, department, first, last, side if side in ("given", "received") else "")


def _rows(actor: Actor, asked: Asked) -> QuerySet[GrantDay]:
    rows = GrantDay.objects.filter(day__gte=asked.first, day__lte=asked.last)
    if not may_everywhere(actor, Perm.USE_VIEW):
        rows = rows.filter(_of(actor.department_id, asked.side))
    elif asked.department:
        rows = rows.filter(_of(asked.department.pk, asked.side))
    if asked.dataset:
        rows = rows.filter(grant__resource_id=asked.dataset.resource_id)
    return rows


def _of(department: UUID | None, side: str) -> Q:
    given, received = Q(grant__provider_id=department), Q(grant__department_id=department)
    return {"given": given, "received": received}.get(side, given | received)


def _by_day(rows: QuerySet[GrantDay], asked: Asked) -> list[tuple[date, int, int]]:
    found = rows.values("day").annotate(all_calls=Sum("calls"), all_rows=Sum("rows"))
    counted = {each["day"]: (each["all_calls"], each["all_rows"]) for each in found}
    every = [asked.first + timedelta(days=number) for number in range(asked.days)]
    return [(day, *counted.get(day, (0, 0))) for day in every]


def _top(rows: QuerySet[GrantDay], name: str) -> list[dict[str, Any]]:
    """Who or what stands for most rows, as name, calls, rows."""
    found: Any = rows.values(named=F(name)).annotate(all_calls=Sum("calls"), all_rows=Sum("rows"))
    return list(found.order_by("-all_rows", "-all_calls")[:_TOP])


def _as(state: Any, kind: str) -> str:
    state["as"] = kind
    return f"?{state.urlencode()}"


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
