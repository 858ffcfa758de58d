"""Queries that every page asks: their statements are made once, not at each call."""

from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
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


class _Statement:
    """A queryset's statement with the places of its values, and how its rows are made."""

    def __init__(self, rows: QuerySet[Any], values: dict[str, Any]) -> None:
        self._compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self._text, told = self._compiler.as_sql()
        names = {id(value): name for name, value in values.items()}
        self._parameters = [(names.get(id(one), ""), one) for one in told]
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
        parameters = [values[name] if name else one for name, one in self._parameters]
        with connection.cursor() as cursor:
            cursor.execute(self._text, parameters)
            found = cursor.fetchall()
        made = []
        for line in self._compiler.results_iter([found]):
            row = self._model.from_db(DEFAULT_DB_ALIAS, self._columns, line[: len(self._columns)])
            for related in self._related:
                related.populate(line, row)
            made.append(row)
        return made


def _related(shape: Any, select: Any) -> list[Any]:
    # The types are those of a Django after ours, in which it takes one argument more.
    return get_related_populators(shape, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
