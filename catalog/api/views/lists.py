"""Doors to the three lists (三清单): what is needed, who must supply what, what is not shared."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.permissions import Perm
from catalog.api.serializers.demands import DemandOut
from catalog.api.serializers.lists import (
    DutyOut,
    NegativeOut,
    is_whole,
    shared_items,
    withheld_items,
)
from catalog.api.views.demands import DemandView
from catalog.api.views.quality import InForceView
from catalog.api.views.reports import ReportView
from catalog.models import Demand, Item
from catalog.vocabulary import ShareMode, ShareType, UpdateCycle
from kernel.parameters import choice_of

DEMAND_STATES = {
    "submitted": "已提交",
    "merged": "已合并",
    "routed": "待答复",
    "offered": "已提供",
    "met": "已满足",
    "refused": "已拒绝",
    "disputed": "有争议",
    "settled": "已裁定",
    "withdrawn": "已撤回",
}
_ANSWERING = ("offered", "met")


class NeedListView(ReportView):
    """需求清单: what departments need and do not find in the catalogue, and what became of it."""

    model = Demand
    out = DemandOut
    perm = Perm.DEMAND_VIEW
    filters = {name: column for name, column in DemandView.filters.items() if column}
    related = DemandView.related
    title = "需求清单"
    heads = [
        ("需求名称", 36),
        ("需求部门", 28),
        ("所需数据项", 40),
        ("需求说明", 48),
        ("使用依据", 36),
        ("使用场景", 36),
        ("期望时间", 12),
        ("提出日期", 12),
        ("状态", 10),
        ("责任部门", 28),
        ("答复期限", 12),
        ("信息资源代码", 24),
        ("信息资源名称", 36),
        ("答复说明", 40),
        ("依据", 40),
        ("裁定", 40),
    ]

    def get_queryset(self) -> QuerySet[Any]:
        """The demands that the actor may see, with those that were merged into them."""
        return super().get_queryset().prefetch_related("merged__department")

    def line(self, row: Any) -> list[Any]:
        """One demand; a merged one with the answer that it shares."""
        answer = row.merged_into or row
        entry = answer.resource.published if answer.resource else None
        return [
            row.title,
            row.department.name,
            "、".join(row.wanted_items),
            row.description,
            row.basis,
            row.scenario,
            row.needed_by,
            row.created_at,
            DEMAND_STATES[row.state],
            answer.routed_to.name if answer.routed_to else "",
            answer.answer_by,
            answer.resource.code if answer.resource else "",
            entry.name if entry else "",
            answer.answer_reason,
            answer.legal_basis,
            answer.settlement,
        ]


class DutyListView(InForceView):
    """责任清单: which department must supply what, how, and how often."""

    out = DutyOut
    filters = {
        **InForceView.filters,
        "share_type": "entry__share_type",
        "update_cycle": "entry__update_cycle",
    }
    title = "责任清单"
    heads = [
        ("责任部门", 28),
        ("信息资源代码", 24),
        ("信息资源名称", 36),
        ("信息项", 60),
        ("共享类型", 14),
        ("共享条件", 36),
        ("共享方式", 20),
        ("更新周期", 10),
        ("应更新至", 14),
        ("已挂接", 8),
        ("响应的需求", 40),
    ]

    def get_queryset(self) -> QuerySet[Any]:
        """Entries in force that are shared, with the demands that they answer."""
        answered = Demand.objects.visible_to(self.actor).filter(state__in=_ANSWERING)
        rows = super().get_queryset().exclude(entry__share_type=ShareType.NOT_SHARED)
        told = Prefetch("resource__demands", answered, to_attr="answered")
        return rows.annotate(parts=_parts()).prefetch_related(told)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries that match."""
        choice_of(self.request, "share_type", ShareType.values)
        choice_of(self.request, "update_cycle", UpdateCycle.values)
        return super().filter_queryset(queryset)

    def line(self, row: Any) -> list[Any]:
        """One entry."""
        entry = row.entry
        return [
            row.department.name,
            row.resource.code,
            row.name,
            "、".join(shared_items(row)),
            entry.get_share_type_display(),
            entry.share_condition,
            "、".join(ShareMode(mode).label for mode in entry.share_modes),
            entry.get_update_cycle_display(),
            row.fresh_until,
            "是" if row.is_attached else "否",
            "、".join(demand.title for demand in row.resource.answered),
        ]


class NegativeListView(InForceView):
    """负面清单: what is not shared, with the reason and the law that it rests on (Art. 15)."""

    out = NegativeOut
    title = "负面清单"
    heads = [
        ("部门", 28),
        ("信息资源代码", 24),
        ("信息资源名称", 36),
        ("范围", 10),
        ("不予共享的信息项", 60),
        ("不予共享理由", 48),
        ("法律、行政法规或国务院决定依据", 48),
        ("发布日期", 12),
    ]

    def get_queryset(self) -> QuerySet[Any]:
        """Entries in force that are not shared, or some of whose items are not."""
        withheld = Item.objects.filter(
            entry_id=OuterRef("entry_id"), share_type=ShareType.NOT_SHARED
        )
        asked = Q(entry__share_type=ShareType.NOT_SHARED) | Exists(withheld)
        return super().get_queryset().filter(asked).annotate(parts=_parts())

    def line(self, row: Any) -> list[Any]:
        """One entry."""
        return [
            row.department.name,
            row.resource.code,
            row.name,
            "全部" if is_whole(row) else "部分",
            "、".join(withheld_items(row)),
            row.entry.refusal_reason,
            row.entry.legal_basis,
            row.published_at,
        ]


def _parts() -> ArraySubquery:
    """The items of an entry in their order, each as its name and share type."""
    items = Item.objects.filter(entry_id=OuterRef("entry_id")).order_by("position")
    return ArraySubquery(items.values(part=JSONObject(name="name", share_type="share_type")))
