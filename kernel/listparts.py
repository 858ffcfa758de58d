"""What lists are made of: columns, filters, and how each is drawn."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from django.db.models import QuerySet

from kernel.cells import Draw, number, text
from kernel.days import read_day

# More than so many choices nobody reads through: they are typed.
MOST_CHOICES = 300


@dataclass(frozen=True)
class Column:
    """A column: how a row's cell reads, how it is drawn, and by which fields it sorts.

    ``draw`` gives the cell from the row and the value (``kernel.cells``); without one the value
    stands as text. ``template`` draws it instead where the cell is a form.
    """

    name: str
    title: Any
    value: Callable[[Any], Any]
    draw: Draw | None = None
    sort: tuple[str, ...] = ()
    is_number: bool = False
    is_extra: bool = False
    width: int = 18
    template: str = ""

    @property
    def drawn(self) -> Draw:
        """What draws the cell."""
        return self.draw or (number if self.is_number else text)


@dataclass(frozen=True)
class Typed:
    """Choices too many to read through: ``find`` gives those of a name, or of a value itself;
    ``suggest`` names the address that suggests names."""

    find: Callable[[str], list[tuple[Any, Any]]]
    suggest: str


@dataclass(frozen=True)
class Filter:
    """A filter by one of few values; ``apply`` narrows the rows, else ``lookup`` equals it."""

    name: str
    title: Any
    choices: Callable[[Any], Iterable[tuple[Any, Any]] | Typed]
    lookup: str = ""
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    kind: ClassVar[str] = "choice"

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows of that value."""
        return self.apply(rows, value) if self.apply else rows.filter(**{self.lookup: value})

    def narrow_any(self, rows: QuerySet[Any], values: list[Any]) -> QuerySet[Any]:
        """The rows of any of the values; with ``apply`` those of the first."""
        if not values:
            return rows.none()
        if self.apply:
            return self.apply(rows, str(values[0]))
        return rows.filter(**{f"{self.lookup}__in": values})

    def read(self, value: str, choices: Mapping[str, Any]) -> str:
        """The value as it stands in the address, empty where it is none of the choices."""
        return value if value in choices else ""


@dataclass(frozen=True)
class DayFilter:
    """A filter by a day: from it on, or up to it."""

    name: str
    title: Any
    lookup: str
    kind: ClassVar[str] = "day"

    def choices(self, actor: Any) -> Iterable[tuple[str, Any]]:
        """None: every day can be said."""
        return ()

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows of those days."""
        return rows.filter(**{self.lookup: value})

    def read(self, value: str, choices: Mapping[str, Any]) -> str:
        """The day as it stands in the address, empty where it is none."""
        return value if read_day(value) else ""


@dataclass(frozen=True)
class TextFilter:
    """A filter by a word that is typed; ``apply`` narrows the rows, else ``lookup`` equals it."""

    name: str
    title: Any
    lookup: str = ""
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    kind: ClassVar[str] = "text"

    def choices(self, actor: Any) -> Iterable[tuple[str, Any]]:
        """None: any word can be typed."""
        return ()

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows of that word."""
        return self.apply(rows, value) if self.apply else rows.filter(**{self.lookup: value})

    def read(self, value: str, choices: Mapping[str, Any]) -> str:
        """The word as it stands in the address."""
        return value.strip().replace("\0", "")[:100]


AnyFilter = Filter | DayFilter | TextFilter


@dataclass(frozen=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    title: Any
    text: Any
    without: str


@dataclass(frozen=True)
class Head:
    """A column's head: the address that sorts by it, and how the list is sorted now."""

    column: Column
    link: str
    direction: str


class Cell(NamedTuple):
    """A cell: its column, the row as the list shows it, and how it reads."""

    column: Column
    row: Any
    value: Any


@dataclass(frozen=True)
class Field:
    """A filter as a field of the form: its choices and the one that is on.

    Where the value is typed, the choices are those that it found.
    """

    filter: AnyFilter
    choices: list[tuple[Any, Any]]
    value: str
    suggest: str = ""

    @property
    def is_typed(self) -> bool:
        """Whether a name is typed."""
        return bool(self.suggest)

    @property
    def text(self) -> Any:
        """The value in words."""
        return {str(value): title for value, title in self.choices}.get(self.value, self.value)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that it leaves."""
        if self.is_typed and isinstance(self.filter, Filter):
            return self.filter.narrow_any(rows, [value for value, _ in self.choices])
        return self.filter.narrow(rows, self.value)


def fields_of(filters: Iterable[AnyFilter], actor: Any, query: Mapping[str, str]) -> list[Field]:
    """The filters' fields with what the address asks for; the same choices are asked for once."""
    told: dict[Any, Any] = {}
    fields = []
    for one in filters:
        if one.choices not in told:
            found = one.choices(actor)
            told[one.choices] = found if isinstance(found, Typed) else list(found)
        fields.append(_field(one, told[one.choices], query.get(one.name, "")))
    return fields


def field_of(one: AnyFilter, actor: Any, asked: str) -> Field:
    """The filter's field with what the address asks for."""
    return fields_of([one], actor, {one.name: asked})[0]


def _field(one: AnyFilter, choices: list[tuple[Any, Any]] | Typed, asked: str) -> Field:
    if isinstance(choices, Typed):
        words = asked.strip().replace("\0", "")[:100]
        return Field(one, choices.find(words) if words else [], words, choices.suggest)
    known = {str(value): title for value, title in choices} if asked else {}
    return Field(one, choices, one.read(asked, known))
