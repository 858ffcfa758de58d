"""Lists in the portal: searched, filtered, sorted, paged and saved as a file; all of it in the URL.

A list is a class that names its columns and filters. What it shows is a function of the address,
so that every state of it can be bookmarked, sent to a colleague and reached without JavaScript.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from kernel.listparts import (
    AnyFilter,
    Cell,
    Chip,
    Column,
    DayFilter,
    Field,
    Filter,
    Head,
    TextFilter,
    fields_of,
)

__all__ = ["Chip", "Column", "DayFilter", "Filter", "List", "TextFilter"]

PAGE_SIZES = (50, 20, 100)
MOST_EXPORTED = 50_000


@dataclass
class List:
    """A list as one address shows it to one actor; subclasses name rows, columns and filters."""

    actor: Any
    query: QueryDict
    path: str = ""
    # Lists of this page that the person saved: whoever shows the list puts them here.
    saved: Sequence[Any] = field(default_factory=list)

    title: ClassVar[Any] = ""
    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[AnyFilter]] = ()
    # Fields that the words are looked for in, as lookups; empty: no search.
    search: ClassVar[Sequence[str]] = ()
    search_title: ClassVar[Any] = ""
    order: ClassVar[Sequence[str]] = ("pk",)
    lead: ClassVar[Any] = ""
    nothing: ClassVar[Any] = ""
    # Parameters of the list's own that every address of it keeps.
    keeps: ClassVar[Sequence[str]] = ()
    # What can be done with several rows at once, by verb; the list's view then takes POST too.
    bulk: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def of(cls, request: HttpRequest) -> "List":
        """The list as the request's address shows it."""
        return cls.under(request, request.path)

    @classmethod
    def under(cls, request: HttpRequest, path: str) -> Self:
        """The list as a part of the page at this path, wherever the page is shown."""
        return cls(request.actor, request.GET, path)  # type: ignore[attr-defined]

    def rows(self) -> QuerySet[Any]:
        """Everything that the actor may see in this list."""
        raise TypeError(f"{type(self).__name__} names no rows")

    def lines(self, rows: list[Any]) -> list[Any]:
        """What the columns are given for the rows of one page."""
        return rows

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """What the actor can begin here: (address, title), the main one first."""
        return []

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Lists beside this one: (address, title, whether it is this one)."""
        return []

    def is_possible(self, verb: str, row: Any) -> bool:
        """Whether this row is in a state that this bulk step begins in."""
        return True

    @cached_property
    def bulk_steps(self) -> list[tuple[str, Any]]:
        """The bulk steps that the actor may take with anything: (verb, title)."""
        return [(v, step.title) for v, step in self.bulk.items() if step.is_open_to(self.actor)]

    @property
    def first_step(self) -> tuple[str, Any] | None:
        """What to do where there is nothing yet."""
        return self.deeds[0] if self.deeds else None

    def shown_columns(self) -> list[Column]:
        """The columns that this actor may see at all."""
        return list(self.columns)

    def shown_filters(self) -> list[Any]:
        """The filters that this actor may use."""
        return list(self.filters)

    @cached_property
    def words(self) -> str:
        """What is searched for."""
        return self.query.get("q", "").strip()[:100] if self.search else ""

    @cached_property
    def fields(self) -> list[Field]:
        """The filters with their choices and what is on."""
        return fields_of(self.shown_filters(), self.actor, self.query)

    @cached_property
    def found(self) -> QuerySet[Any]:
        """The rows that the words and filters leave, in order."""
        rows = self.rows()
        if self.words:
            rows = rows.filter(self.matching(self.words))
        for one in self.fields:
            if one.value:
                rows = one.narrow(rows)
        return rows.order_by(*self._ordered())

    def matching(self, words: str) -> Q:
        """Rows that have every word in one of the fields."""
        whole = Q()
        for word in words.split():
            part = Q()
            for lookup in self.search:
                part |= Q(**{lookup: word})
            whole &= part
        return whole

    @cached_property
    def size(self) -> int:
        """Rows on a page."""
        asked = self.query.get("size", "")
        return int(asked) if asked in map(str, PAGE_SIZES) else PAGE_SIZES[0]

    @cached_property
    def page(self) -> Page[Any]:
        """The page asked for, or the nearest that there is."""
        counted = Paginator(self.found, self.size)
        # Where nothing was counted nothing is asked for.
        whole = counted if counted.count else Paginator([], self.size)
        return whole.get_page(self.query.get("page"))

    @cached_property
    def heads(self) -> list[Head]:
        """The heads of the chosen columns."""
        name, descending = self._sorted_by
        heads = []
        for column in self.chosen:
            is_now = column.name == name
            down = is_now and not descending
            link = self.address(sort=f"{'-' if down else ''}{column.name}") if column.sort else ""
            direction = ("descending" if descending else "ascending") if is_now else ""
            heads.append(Head(column, link, direction))
        return heads

    @cached_property
    def body(self) -> list[tuple[Any, list[Cell]]]:
        """The page's rows with their cells."""
        drawn = []
        rows = list(self.page)
        # Where there are none, nothing is asked for that stands beside them.
        for row, line in zip(rows, self.lines(rows) if rows else (), strict=True):
            drawn.append((row, [Cell(c, line, c.value(line)) for c in self.chosen]))
        return drawn

    @cached_property
    def chosen(self) -> list[Column]:
        """The columns that are shown: those chosen, else all but the extra ones."""
        there = self._columns
        asked = ",".join(self.query.getlist("columns")).split(",")
        picked = [column for column in there if column.name in asked]
        return picked or [column for column in there if not column.is_extra]

    @cached_property
    def column_choices(self) -> list[tuple[Column, bool]]:
        """All columns, and whether each is shown."""
        return [(column, column in self.chosen) for column in self._columns]

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters that are on."""
        chips = []
        for one in self.fields:
            if one.value:
                without = self.address(**{one.filter.name: ""})
                chips.append(Chip(one.filter.title, one.text, without))
        return chips

    @cached_property
    def is_narrowed(self) -> bool:
        """Whether words or filters leave rows out."""
        return bool(self.words or self.chips)

    @property
    def plain(self) -> str:
        """The address with nothing searched and no filter."""
        return self._with(dict(self.kept))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search form carries along beside its own fields."""
        state = self._state
        names = (*self.keeps, "sort", "size", "columns")
        return [(name, state[name]) for name in names if state[name]]

    @property
    def state(self) -> str:
        """The words, filters, order and columns as they stand in the address; what is saved."""
        return self._with(self._state).removeprefix("?")

    def address(self, **changes: str) -> str:
        """This list's address with changes; it begins at the first page again."""
        return self._with({**self._state, **changes})

    def page_address(self, number: int) -> str:
        """The address of another page."""
        return self._with({**self._state, "page": str(number) if number > 1 else ""})

    @property
    def next_page(self) -> str:
        """The address of the next page, empty on the last."""
        return self.page_address(self.page.next_page_number()) if self.page.has_next() else ""

    @property
    def previous_page(self) -> str:
        """The address of the page before, empty on the first."""
        there = self.page.has_previous()
        return self.page_address(self.page.previous_page_number()) if there else ""

    @property
    def exports(self) -> list[tuple[str, str]]:
        """The current filter as files: (kind, address)."""
        return [(kind, self._with({**self._state, "as": kind})) for kind in ("xlsx", "csv")]

    def export_heads(self) -> list[tuple[str, int]]:
        """The chosen columns as heads of a file."""
        return [(str(column.title), column.width) for column in self.chosen]

    def export_rows(self) -> Iterable[list[Any]]:
        """Every row that the words and filters leave, in pieces, up to MOST_EXPORTED."""
        step = 1000
        for start in range(0, MOST_EXPORTED, step):
            rows = list(self.found[start : start + step])
            for line in self.lines(rows):
                yield [column.value(line) for column in self.chosen]
            if len(rows) < step:
                return

    @cached_property
    def _sorted_by(self) -> tuple[str, bool]:
        asked = self.query.get("sort", "")
        name, descending = asked.removeprefix("-"), asked.startswith("-")
        there = any(column.name == name and column.sort for column in self._columns)
        return (name, descending) if there else ("", False)

    def _ordered(self) -> list[str]:
        name, descending = self._sorted_by
        if not name:
            return list(self.order)
        fields = next(column.sort for column in self.columns if column.name == name)
        return [f"-{one}" if descending else one for one in fields] + ["pk"]

    @cached_property
    def _state(self) -> dict[str, str]:
        name, descending = self._sorted_by
        on = {one.filter.name: one.value for one in self.fields}
        own = {name: self.query.get(name, "") for name in self.keeps}
        return {
            **own,
            "q": self.words,
            **on,
            "sort": f"{'-' if descending else ''}{name}",
            "size": str(self.size) if self.size != PAGE_SIZES[0] else "",
            "columns": self._columns_asked,
        }

    @cached_property
    def _columns(self) -> list[Column]:
        return self.shown_columns()

    @property
    def _columns_asked(self) -> str:
        usual = [column for column in self._columns if not column.is_extra]
        return "" if self.chosen == usual else ",".join(column.name for column in self.chosen)

    def _with(self, values: Mapping[str, str]) -> str:
        said = {name: value for name, value in values.items() if value}
        return f"?{urlencode(said)}" if said else self.path or "?"
