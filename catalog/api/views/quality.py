"""Doors to quality: one resource's, what is overdue or incomplete, the scorecard."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.calendars import calendars_from
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere, require
from accounts.spreadsheets import report_answer
from accounts.workdays import Calendars, workdays_left
from catalog.api.serializers.quality import (
    IncompleteOut,
    OverdueOut,
    ResourceQualityOut,
    ScorecardOut,
    gaps_of,
)
from catalog.api.views.reports import ReportView
from catalog.models import Entry, Resource, SearchDocument
from catalog.quality.completeness import ELEMENTS, score
from catalog.quality.scorecard import MEASURES, SCORE_EN, SCORE_ZH, rates_of, score_of
from catalog.quality.timeliness import PROMISING, standing
from catalog.reports import numbers_of, total_of
from catalog.states import IN_PROGRESS
from catalog.versions import entry_values, item_values, items_of
from catalog.vocabulary import UpdateCycle
from kernel.api import ApiView
from kernel.errors import Invalid
from kernel.parameters import choice_of, flag_of, one_of, whole_number

# Nothing in the catalogue is older: the guide is of 2017, and what came in with its own days.
_FIRST_YEAR = 2000


class ResourceQualityView(ApiView):
    """How complete a resource's entry is and how fresh its data are, with the reasons."""

    model = Resource
    out = ResourceQualityOut

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Completeness with its gaps, and freshness by the entry's own cycle."""
        resource = self.get_object()
        seen = Entry.objects.visible_to(self.actor).filter(resource=resource)
        published = seen.filter(state="published").first()
        working = seen.filter(state__in=IN_PROGRESS).first()
        data = {
            "resource": resource.pk,
            "is_attached": resource.is_attached,
            "published": _completeness(published),
            "in_progress": _completeness(working),
            "timeliness": _timeliness(resource, published),
        }
        return Response(self.out(data).data)


class InForceView(ReportView):
    """Base of the lists of entries in force, which every department knows (Art. 16)."""

    model = SearchDocument
    perm = Perm.RESOURCE_VIEW
    related = ("resource", "department", "entry")
    # What the lists show; the words of search are many times as much.
    shown = (
        *("name", "is_attached", "fresh_until", "published_at", "completeness", "gaps"),
        *("resource__code", "resource__data_updated_at"),
        *("department__name", "department__credit_code"),
        *("entry__share_type", "entry__share_condition", "entry__share_modes"),
        *("entry__update_cycle", "entry__refusal_reason", "entry__legal_basis"),
    )
    filters = {
        "department": "department_id",
        "category_code": "category__code__startswith",
        "attached": "",
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Entries in force, as far as the lists show them."""
        return super().get_queryset().only(*self.shown)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries that match; ``attached=true|false``."""
        rows = super().filter_queryset(queryset)
        attached = flag_of(self.request, "attached")
        return rows if attached is None else rows.filter(is_attached=attached)


class OverdueView(InForceView):
    """Entries whose data are later than their own cycle promises."""

    out = OverdueOut
    filters = {**InForceView.filters, "update_cycle": "entry__update_cycle"}
    title = "逾期未更新目录"
    heads = [
        ("部门", 28),
        ("信息资源代码", 24),
        ("信息资源名称", 40),
        ("更新周期", 10),
        ("数据更新日期", 14),
        ("发布日期", 14),
        ("应更新至", 14),
        ("逾期工作日", 12),
        ("已挂接", 8),
    ]

    def get_queryset(self) -> QuerySet[Any]:
        """What should be there today and is not."""
        return super().get_queryset().filter(fresh_until__lt=timezone.localdate())

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries that match."""
        choice_of(self.request, "update_cycle", PROMISING)
        return super().filter_queryset(queryset)

    def get_serializer_context(self) -> dict[str, Any]:
        """With the calendars to count by."""
        return {**super().get_serializer_context(), "calendars": self.calendars}

    @cached_property
    def calendars(self) -> Calendars:
        """Of every year that anything could be overdue since."""
        return calendars_from(_FIRST_YEAR, years=timezone.localdate().year - _FIRST_YEAR + 1)

    def line(self, row: Any) -> list[Any]:
        """One entry."""
        return [
            row.department.name,
            row.resource.code,
            row.name,
            UpdateCycle(row.entry.update_cycle).label,
            row.resource.data_updated_at,
            row.published_at,
            row.fresh_until,
            -workdays_left(timezone.localdate(), row.fresh_until, self.calendars),
            "是" if row.is_attached else "否",
        ]


class IncompleteView(InForceView):
    """Entries that do not say all that the guide and Order 809 ask for."""

    out = IncompleteOut
    filters = {**InForceView.filters, "gap": "", "below": ""}
    title = "不完整目录"
    heads = [
        ("部门", 28),
        ("信息资源代码", 24),
        ("信息资源名称", 40),
        ("完整度", 10),
        ("缺项", 80),
    ]

    def get_queryset(self) -> QuerySet[Any]:
        """What has a gap."""
        return super().get_queryset().exclude(gaps=[])

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """``gap``: which thing is missing; ``below``: completeness under this number."""
        rows, asked = super().filter_queryset(queryset), self.request.query_params
        choice_of(self.request, "gap", [element.code for element in ELEMENTS])
        if "gap" in asked:
            rows = rows.filter(gaps__contains=[asked["gap"]])
        if "below" in asked:
            below = whole_number(asked["below"])
            if below is None or below > 100:
                raise Invalid.field("below", "must be a whole number from 0 to 100")
            rows = rows.filter(completeness__lt=below)
        return rows

    def line(self, row: Any) -> list[Any]:
        """One entry."""
        missing = "；".join(gap["zh"] for gap in gaps_of(row.gaps))
        return [row.department.name, row.resource.code, row.name, row.completeness, missing]


class ScorecardView(ApiView):
    """How departments' catalogues stand: rates with their formulas, and one score."""

    model = Department
    out = ScorecardOut
    answers = {"list": {200: ScorecardOut}}
    pagination_class = None
    parameters = ("department", "as", "charset")

    def list(self, request: Request, **kwargs: Any) -> Response | FileResponse:
        """Each department that the actor answers for, and all of them together."""
        require(self.actor, Perm.RESOURCE_VIEW)
        kind = one_of(request, "as", "json", "xlsx", "csv")
        charset = one_of(request, "charset", "utf-8", "gb18030")
        today = timezone.localdate()
        rows = numbers_of(self._departments(), today)
        cards, total = [_card(row) for row in rows], _card(total_of(rows))
        if kind != "json":
            lines = [_card_line(card) for card in [*cards, {**total, "name": "合计"}]]
            return report_answer("目录质量评价", _CARD_HEADS, lines, kind, charset)
        data = {
            "as_of": today,
            "year": today.year,
            "measures": _MEASURES,
            "formula_zh": SCORE_ZH,
            "formula_en": SCORE_EN,
            "total": total,
            "departments": cards,
        }
        return Response(self.out(data).data)

    def _departments(self) -> Any:
        rows = self.get_queryset().filter(is_active=True)
        if not may_everywhere(self.actor, Perm.RESOURCE_VIEW):
            rows = rows.filter(pk=self.actor.department_id)
        asked = self.request.query_params.get("department")
        return rows.filter(pk=self.fetch(rows, asked).pk) if asked else rows


_MEASURES = [
    {
        "code": one.code,
        "title": one.title,
        "weight": one.weight,
        "formula_zh": one.zh,
        "formula_en": one.en,
    }
    for one in MEASURES
]
_CARD_HEADS = [("部门", 28), ("得分", 8), *((one.title, 16) for one in MEASURES)]


def _card(counts: dict[str, Any]) -> dict[str, Any]:
    rates = rates_of(counts)
    named: dict[str, Any] = {
        name: counts[name] for name in ("department", "name") if name in counts
    }
    return {
        **named,
        "score": score_of(rates),
        "rates": {code: rate._asdict() for code, rate in rates.items()},
        "counts": {name: number for name, number in counts.items() if name not in named},
    }


def _card_line(card: dict[str, Any]) -> list[Any]:
    return [card["name"], card["score"], *(rate["value"] for rate in card["rates"].values())]


def _completeness(entry: Entry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    points, gaps = score(entry_values(entry), [item_values(item) for item in items_of(entry)])
    return {
        "number": entry.number,
        "state": entry.state,
        "completeness": points,
        "gaps": gaps_of(gaps),
    }


def _timeliness(resource: Resource, entry: Entry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    came, began = _day(resource.data_updated_at), _day(entry.published_at)
    today = timezone.localdate()
    first = (came or began or today).year
    calendars = calendars_from(first, years=today.year - first + 3)
    found = standing(entry.update_cycle, came, began, today, calendars)
    return {
        "freshness": found.code,
        "update_cycle": entry.update_cycle,
        "data_updated_at": resource.data_updated_at,
        "published_at": entry.published_at,
        "fresh_until": found.fresh_until,
        "workdays_overdue": found.workdays_overdue,
    }


def _day(at: Any) -> Any:
    return timezone.localdate(at) if at else None
