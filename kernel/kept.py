"""Queries that every page asks: their statements are made once, not at each call."""

from collections.abc import Callable, Hashable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet, Value
from django.db.models.query import get_related_populators


class Kept:
    """Rows by named values; ``rows`` says which, as a queryset, and is asked once.

    What it says may not depend on the values but by comparing columns with them, and none of them
    may be a constant of the query too: keys and moments do. Values have their columns' types.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any]]) -> None:
        self._rows = rows
        self._made: _Statement | None = None

    def __call__(self, **values: Any) -> list[Any]:
        """The rows of these values."""
        if self._made is None:
            self._made = _Statement(self._rows(**values), values)
        return self._made.fetch(values)


class KeptCounts:
    """Aggregates of rows that one may see; ``rows`` says of which and what is counted, and is asked
    once for each shape.

    It is given the second argument and the values. Beside comparing columns with the values, what
    it says may depend on the shape alone. A statement with a day, a moment or a key that is none of
    the values is not kept.
    """

    def __init__(self, rows: Callable[..., tuple[QuerySet[Any], dict[str, Any]]]) -> None:
        self._rows = rows
        self._made: dict[Hashable, _Counts] = {}

    def __call__(self, shape: Hashable, who: Any, **values: Any) -> dict[str, Any]:
        """The aggregates by name."""
        made = self._made.get(shape)
        if made is None:
            rows, wanted = self._rows(who, **values)
            try:
                made = self._made[shape] = _Counts(rows, wanted, values)
            except (EmptyResultSet, _OtherValues):
                return rows.aggregate(**wanted)
        return made.fetch(values)


class _OtherValues(ValueError):
    """The statement has days, moments or keys that are none of the values."""


class _Compiled:
    """A queryset's statement with the places of its values."""

    def __init__(self, rows: QuerySet[Any], values: dict[str, Any]) -> None:
        self._compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self._text, told = self._compiler.as_sql()
        names = {id(value): name for name, value in values.items()}
        self._parameters = [(names.get(id(one), ""), one) for one in told]
        if any(not name and isinstance(one, date | UUID) for name, one in self._parameters):
            raise _OtherValues

    def lines(self, values: dict[str, Any]) -> Iterator[Any]:
        """What the database answers, as Python has it."""
        parameters = [values[name] if name else one for name, one in self._parameters]
        with connection.cursor() as cursor:
            cursor.execute(self._text, parameters)
            found = cursor.fetchall()
        return iter(self._compiler.results_iter([found]))


class _Counts(_Compiled):
    """One line of aggregates."""

    def __init__(self, rows: QuerySet[Any], wanted: dict[str, Any], values: dict[str, Any]) -> None:
        self._names = list(wanted)
        one_line = rows.order_by().values(all_of_them=Value(1)).annotate(**wanted)
        super().__init__(one_line.values(*self._names), values)

    def fetch(self, values: dict[str, Any]) -> dict[str, Any]:
        """The aggregates by name."""
        return dict(zip(self._names, next(self.lines(values)), strict=True))


class _Statement(_Compiled):
    """How rows are made of what a queryset's statement finds."""

    def __init__(self, rows: QuerySet[Any], values: dict[str, Any]) -> None:
        super().__init__(rows, values)
        if {name for name, _one in self._parameters if name} != values.keys():
            raise ValueError("each value stands in the statement as it was given")
        shape: Any = self._compiler.klass_info
        columns = [expression[0].target.attname for expression in self._own(shape)]
        self._model, self._columns = shape["model"], columns
        self._related = _related(shape, self._compiler.select)

    def _own(self, shape: Any) -> list[Any]:
        """The columns of the rows themselves, which come first."""
        select: Any = self._compiler.select
        return [select[place] for place in shape["select_fields"]]

    def fetch(self, values: dict[str, Any]) -> list[Any]:
        """The rows as the queryset would give them."""
        made = []
        for line in self.lines(values):
            row = self._model.from_db(DEFAULT_DB_ALIAS, self._columns, line[: len(self._columns)])
            for related in self._related:
                related.populate(line, row)
            made.append(row)
        return made


def _related(shape: Any, select: Any) -> list[Any]:
    # The types are those of a Django after ours, in which it takes one argument more.
    return get_related_populators(shape, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
