"""What the doors of the catalogue share: values of bodies that name rows, sparse answers."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from kernel.api import ReadView
from kernel.errors import Invalid, NotFound


class CatalogView(ReadView):
    """What the views of the catalogue share: values that name rows."""

    sparse = True

    def resolve(self, values: dict[str, Any], name: str, rows: QuerySet) -> None:
        """Put the row in the place of its id; Invalid if the actor can see no such row."""
        if values.get(name) is None:
            return
        try:
            values[name] = self.fetch(rows, values[name])
        except NotFound as absent:
            raise Invalid.field(
                name, f"there is no such {rows.model._meta.verbose_name}", "not-found"
            ) from absent

    def resolve_each(
        self, items: Iterable[dict[str, Any]], name: str, rows: QuerySet, within: str
    ) -> None:
        """Put rows in the place of ids in a list of bodies, in one query; Invalid names each."""
        asked: list[tuple[int, dict[str, Any], UUID]] = [
            (place, item, item[name]) for place, item in enumerate(items) if item.get(name)
        ]
        found = rows.in_bulk({pk for *_, pk in asked}) if asked else {}
        missing = [
            {
                "pointer": f"#/{within}/{place}/{name}",
                "code": "not-found",
                "detail": f"there is no such {rows.model._meta.verbose_name}",
            }
            for place, _, pk in asked
            if pk not in found
        ]
        if missing:
            raise Invalid(errors=missing)
        for _, item, pk in asked:
            item[name] = found[pk]
