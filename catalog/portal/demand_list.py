"""The list of demands: all, those that one's own department asks, those that it answers."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from catalog.models import Demand
from catalog.portal import cells as own_cells
from catalog.portal.demand_words import STATES
from catalog.portal.due import dues
from kernel import cells
from kernel.lists import Column, Filter, List

_LATE = "late"


def _by_state(rows: Any, state: str) -> Any:
    if state == _LATE:
        return rows.filter(state="routed", answer_by__lt=timezone.localdate())
    return rows.filter(state=state)


def _states(actor: Actor) -> list[tuple[str, Any]]:
    return [
        *((state, title) for state, (title, _b) in STATES.items()),
        (_LATE, _("Answer overdue")),
    ]


class DemandList(List):
    """The demands that concern the person, the newest first."""

    title = _("Demands")
    lead = _("Data that a department needs and does not find in the catalogue, and the answers.")
    nothing = _("There are no demands here.")
    search = ("title__icontains", "description__icontains")
    search_title = _("Words of the demand")
    order = ("-created_at", "pk")
    keeps = ("show",)
    filters = (Filter("state", _("State"), _states, apply=_by_state),)
    columns = (
        Column(
            "title", _("Demand"), lambda row: row.title, cells.linked("demand"), ("title",),
            width=36,
        ),
        Column(
            "department", _("Asking department"), lambda row: row.department.name,
            sort=("department__name",), width=28,
        ),
        Column("state", _("State"), lambda row: row.word, own_cells.word, ("state",)),
        Column(
            "routed_to", _("Answering department"),
            lambda row: row.routed_to.name if row.routed_to else "",
            sort=("routed_to__name",), width=28,
        ),
        Column(
            "answer_by", _("Answer due"), lambda row: row.due and row.due.on,
            own_cells.due, ("answer_by",),
        ),
        Column(
            "created_at", _("Asked on"), lambda row: timezone.localtime(row.created_at),
            cells.day, ("created_at",),
        ),
        Column("needed_by", _("Needed by"), lambda row: row.needed_by, is_extra=True),
    )  # fmt: skip

    def rows(self) -> Any:
        """All of them, or those that the own department asks or has to answer."""
        rows: Any = Demand.objects.visible_to(self.actor)
        rows = rows.select_related("department", "routed_to")
        own = {"asked": "department_id", "to-answer": "routed_to_id"}.get(self._show)
        return rows.filter(**{own: self.actor.department_id}) if own else rows

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the state in words and what is left of the term."""
        waits = [
            (row.answer_by if row.state == "routed" else None, row.is_provisional) for row in rows
        ]
        for row, due in zip(rows, dues(waits), strict=True):
            row.word, row.badge = STATES[row.state]
            row.due = due
        return rows

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """All, our own, those we have to answer."""
        return [
            (self.path, _("All"), not self._show),
            (f"{self.path}?show=asked", _("Asked by us"), self._show == "asked"),
            (f"{self.path}?show=to-answer", _("For us to answer"), self._show == "to-answer"),
        ]

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Stating a need."""
        allowed = may(self.actor, Perm.DEMAND_SUBMIT)
        return [(reverse("demand-new"), _("State a demand"))] if allowed else []

    @property
    def _show(self) -> str:
        return self.query.get("show", "")
