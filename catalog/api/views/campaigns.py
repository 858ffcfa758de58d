"""Doors to the census (大普查)."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.documents import XLSX
from accounts.models import Department
from accounts.register.reading import CSV
from accounts.spreadsheets import report_answer
from catalog.actions.campaigns import close_campaign, confirm_task, open_campaign, return_task
from catalog.api.examples_quality import CAMPAIGN_TASKS, CAMPAIGNS
from catalog.api.serializers.campaigns import (
    CampaignIn,
    CampaignOut,
    CampaignTaskOut,
    CampaignTaskWholeOut,
)
from catalog.models import Campaign, CampaignTask
from catalog.quality.completeness import CENSUS_NUMBERS
from catalog.reports import counts_of
from kernel.api import ReadView, ReasonIn
from kernel.errors import Invalid
from kernel.parameters import one_of

_STATES = {"open": "未确认", "confirmed": "已确认", "returned": "退回"}
_HEADS = [
    ("部门", 28),
    ("状态", 10),
    ("确认日期", 12),
    ("在用目录数", 12),
    ("普查数据齐全数", 16),
    ("已挂接数", 12),
    ("数据存储总量（G）", 18),
    ("结构化信息记录总数（万）", 22),
    ("已共享的数据存储量（G）", 22),
    ("已共享结构化记录数（万）", 22),
    ("已开放的数据存储量（G）", 22),
    ("已开放结构化记录数（万）", 22),
]


class CampaignView(ReadView):
    """Censuses of the catalogue: who has confirmed and who has not."""

    model = Campaign
    out = CampaignOut
    into = {"create": CampaignIn}
    answers = {"results": {(200, XLSX): OpenApiTypes.BINARY, (200, CSV): OpenApiTypes.BINARY}}
    filters = {"state": "state"}
    examples = CAMPAIGNS

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """``as``: xlsx or csv; ``charset`` of CSV."""
        return ("as", "charset") if self.action == "results" else ()

    def get_queryset(self) -> QuerySet[Any]:
        """Censuses with the states of the tasks that the actor may see counted."""
        seen = Q(tasks__in=CampaignTask.objects.visible_to(self.actor).values("pk"))
        return (
            super()
            .get_queryset()
            .annotate(
                **{
                    f"{state}_tasks": Count("tasks", filter=seen & Q(tasks__state=state))
                    for state in _STATES
                }
            )
        )

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Open a census with a task for each department."""
        values = self.read(request)
        if "departments" in values:
            values["departments"] = self._departments(values["departments"])
        return self._show(open_campaign(actor=self.actor, **values), status=201)

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """End the census; nothing is confirmed after it."""
        return self._show(close_campaign(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["get"])
    def results(self, request: Request, pk: str, **kwargs: Any) -> FileResponse:
        """A row a department: its state, and the six numbers as it confirmed them."""
        campaign = self.get_object()
        kind = one_of(request, "as", "xlsx", "csv")
        charset = one_of(request, "charset", "utf-8", "gb18030")
        tasks = CampaignTask.objects.visible_to(self.actor).filter(campaign=campaign)
        ordered = tasks.select_related("department").order_by("department__name", "pk")
        return report_answer(campaign.name, _HEADS, _lines(ordered), kind, charset)

    def _departments(self, keys: list[Any]) -> list[Department]:
        found = Department.objects.visible_to(self.actor).in_bulk(keys)
        for place, key in enumerate(keys):
            if key not in found:
                raise Invalid.field(f"departments/{place}", "there is no such thing", "not-found")
        return list(found.values())

    def _show(self, row: Campaign, status: int = 200) -> Response:
        return self.show(self.get_queryset().get(pk=row.pk), status)


class CampaignTaskView(ReadView):
    """Departments' parts in censuses."""

    model = CampaignTask
    out = CampaignTaskOut
    into = {"return_": ReasonIn}
    answers = {"retrieve": CampaignTaskWholeOut}
    filters = {"campaign": "campaign_id", "department": "department_id", "state": "state"}
    related = ("campaign", "department")
    examples = CAMPAIGN_TASKS

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """One part, with what the department has at present."""
        task = self.get_object()
        today = timezone.localdate()
        present = counts_of([task.department_id], today)[task.department_id]
        return self.show(task, present=present)

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The department's head confirms what it has now."""
        return self.show(confirm_task(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"], url_path="return")
    def return_(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority sends the confirmation back."""
        return self.show(return_task(self.get_object(), actor=self.actor, **self.read(request)))


def _lines(tasks: QuerySet[Any]) -> Iterator[list[Any]]:
    for task in tasks.iterator():
        is_confirmed = task.state == "confirmed"
        counts = task.counts if is_confirmed else {}
        yield [
            task.department.name,
            _STATES[task.state],
            task.confirmed_at if is_confirmed else None,
            *(counts.get(name) for name in ("in_force", "with_numbers", "attached")),
            *(float(counts[name]) if name in counts else None for name in CENSUS_NUMBERS),
        ]
