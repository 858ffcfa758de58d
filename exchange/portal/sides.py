"""Lists of what two departments have with each other: what one made, what it received, and all."""

from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.permissions import Perm
from accounts.policy import may_everywhere
from exchange.portal import cells as own_cells
from kernel import cells
from kernel.lists import Column, List

MADE, RECEIVED, ALL = "made", "received", "all"


STATE = Column(
    "state",
    _("State"),
    lambda line: line.state[0],
    cells.worded("state"),
    ("state",),
)
# Of the lines whose clocks are read with ``open_by_subject``.
LEFT = Column(
    "left",
    _("Workdays left"),
    lambda line: line.deadline.left if line.deadline else None,
    own_cells.left,
    ("due_on",),
)


class SidesList(List):
    """A list with a tab for each side.

    ``columns_of`` and ``titles_of`` name by tab the column of the row's side and the tab's title;
    ``perm`` is the permission under which the rows are seen.
    """

    perm: ClassVar[Perm]
    columns_of: ClassVar[dict[str, str]]
    titles_of: ClassVar[dict[str, Any]]
    # The column and filter that say the same in every line of a tab.
    same: ClassVar[dict[str, str]] = {}
    keeps = ("show",)

    @cached_property
    def show(self) -> str:
        """Which tab is open: the first one that the person has, if none is asked for."""
        asked = self.query.get("show", "")
        there = self._there()
        return asked if asked in there else there[0]

    def of_side(self, rows: Any) -> Any:
        """The rows of the open tab."""
        column = self.columns_of.get(self.show)
        return rows.filter(**{column: self.actor.department_id}) if column else rows

    def shown_columns(self) -> list[Column]:
        """Without the side that is the same in every line."""
        return [one for one in self.columns if one.name != self.same.get(self.show)]

    def shown_filters(self) -> list[Any]:
        """As the columns."""
        return [one for one in self.filters if one.name != self.same.get(self.show)]

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """By side."""
        return [
            (f"{self.path}?show={name}", self.titles_of[name], name == self.show)
            for name in self._there()
        ]

    def _there(self) -> list[str]:
        names = [name for name in self.titles_of if name != ALL]
        everywhere = ALL in self.titles_of and may_everywhere(self.actor, self.perm)
        return [ALL, *names] if everywhere else names
