"""Values of bodies that name rows."""

from typing import Any

from django.db.models import QuerySet

from kernel.api import ReadView
from kernel.errors import Invalid, NotFound


class CatalogView(ReadView):
    """What the views of the catalogue share: values that name rows."""

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
