"""What is wanting, in the portal: entries whose data are overdue, and entries with gaps."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Perm
from accounts.portal.listing import list_view
from catalog.portal import cells as own_cells
from catalog.portal import words
from catalog.portal.due import dues
from catalog.portal.lists import InForceList
from catalog.portal.quality_words import FRESHNESS, GAPS, gap_text
from kernel import cells
from kernel.lists import Column, Filter

_POINTS = (("60", _("Below 60")), ("80", _("Below 80")), ("100", _("Below 100")))


def quality_tabs(here: str) -> list[tuple[str, Any, bool]]:
    """The pages of quality."""
    titles = {
        "scorecard": _("Scorecard"),
        "overdue": _("Update overdue"),
        "incomplete": _("Incomplete entries"),
    }
    return [(reverse(name), title, name == here) for name, title in titles.items()]


class OverdueList(InForceList):
    """Entries whose data are later than their own cycle promises, the latest first."""

    title = _("Update overdue")
    lead = _("Entries whose data are later than their own update cycle promises.")
    nothing = _("All data are as fresh as their cycles promise.")
    order = ("fresh_until", "pk")
    filters = (
        *InForceList.filters,
        Filter(
            "update_cycle",
            _("Update cycle"),
            lambda actor: words.UPDATE_CYCLES.items(),
            "entry__update_cycle",
        ),
    )
    columns = (
        *InForceList.first_columns,
        Column("update_cycle", _("Update cycle"), lambda row: row.cycle),
        Column(
            "updated",
            _("Data last came"),
            lambda row: row.came,
            cells.day,
            ("resource__data_updated_at",),
        ),
        Column(
            "fresh_until",
            _("To be updated by"),
            lambda row: row.fresh_until,
            own_cells.due,
            ("fresh_until",),
        ),
        Column("word", _("State"), lambda row: row.word, own_cells.word, is_extra=True),
    )

    def rows(self) -> Any:
        """What should be there today and is not."""
        return super().rows().filter(fresh_until__lt=timezone.localdate())

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the workdays since."""
        told = dues((row.fresh_until, False) for row in rows)
        for row, due in zip(super().lines(rows), told, strict=True):
            came = row.resource.data_updated_at
            row.came = timezone.localtime(came) if came else None
            row.cycle = words.UPDATE_CYCLES.get(row.entry.update_cycle, "")
            row.word, row.badge = FRESHNESS["overdue" if came else "never_came"]
            row.due = due
        return rows

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """The pages of quality."""
        return quality_tabs("overdue")


class IncompleteList(InForceList):
    """Entries that do not say all that the guide and Order 809 ask for, the emptiest first."""

    title = _("Incomplete entries")
    lead = _("Entries that do not say all that the guide and Order 809 ask for.")
    nothing = _("Every entry in force is complete.")
    order = ("completeness", "pk")
    filters = (
        *InForceList.filters,
        Filter(
            "gap",
            _("What is missing"),
            lambda actor: GAPS.items(),
            apply=lambda rows, gap: rows.filter(gaps__contains=[gap]),
        ),
        Filter(
            "below",
            _("Completeness"),
            lambda actor: _POINTS,
            apply=lambda rows, points: rows.filter(completeness__lt=int(points)),
        ),
    )
    columns = (
        *InForceList.first_columns,
        Column(
            "completeness",
            _("Completeness"),
            lambda row: row.completeness,
            sort=("completeness",),
            is_number=True,
        ),
        Column("gaps", _("What is missing"), lambda row: gap_text(row.gaps), width=80),
    )

    def rows(self) -> Any:
        """What has a gap."""
        return super().rows().exclude(gaps=[])

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """The pages of quality."""
        return quality_tabs("incomplete")


overdue_list = list_view(OverdueList, Perm.RESOURCE_VIEW)
incomplete_list = list_view(IncompleteList, Perm.RESOURCE_VIEW)
