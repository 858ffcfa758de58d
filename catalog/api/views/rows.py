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

    def flag(self, name: str) -> bool | None:
        """A parameter that is true or false; None if it is not sent."""
        asked = self.request.query_params.get(name)
        if asked not in (None, "true", "false"):
            raise Invalid.field(name, "must be true or false", "invalid-choice")
        return None if asked is None else asked == "true"

    def choice(self, name: str, choices: Iterable[str]) -> str | None:
        """A parameter that is one of these words; None if it is not sent."""
        asked = self.request.query_params.get(name)
        if asked is not None and asked not in choices:
            raise Invalid.field(name, f"choose from: {', '.join(choices)}", "invalid-choice")
        return asked
