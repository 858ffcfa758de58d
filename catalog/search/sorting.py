"""Matches in an order other than relevance, page by page by keyset."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from catalog.search.asking import rows, rows_by_index
from catalog.search.matching import Narrowing, conditions, parameters

# The column, and whether its greatest value comes first.
SORTS = {
    "name": ("name_key", False),
    "-published_at": ("published_at", True),
    "published_at": ("published_at", False),
    "-completeness": ("completeness", True),
    "completeness": ("completeness", False),
}
_PAGE = """
SELECT resource_id, {column}::text FROM (
    SELECT *, traits * 4 + is_attached::int * 2
           + (coalesce(fresh_until, 'infinity') < %(today)s)::int AS look
    FROM catalog_searchdocument
) document WHERE {conditions}
ORDER BY {column} {way}, resource_id LIMIT %(limit)s
"""


class Place(NamedTuple):
    """Where a page ends: its last row's value and key, or its number in the ranking."""

    value: str
    key: str | None
    number: int = 0


def sorted_page(
    words: str, narrowing: Narrowing, today: date, sort: str, limit: int, after: Place | None
) -> tuple[list[UUID], Place | None]:
    """The keys of the rows of a page in the order of SORTS, and where the next page begins."""
    column, falling = SORTS[sort]
    parts = [*conditions(narrowing).values(), f"{column} IS NOT NULL"]
    given: dict[str, Any] = {"today": today, "limit": limit + 1, **parameters(narrowing)}
    if words:
        parts.append("words @@ %(words)s::tsquery")
        given["words"] = words
    if after is not None and after.key:
        sign = "<" if falling else ">"
        parts.append(
            f"({column} {sign} %(value)s OR {column} = %(value)s AND resource_id > %(key)s)"
        )
        given |= {"value": after.value, "key": after.key}
    asked = _PAGE.format(
        column=column, conditions=" AND ".join(parts), way="DESC" if falling else ""
    )
    found = rows_by_index(asked, given) if words else rows(asked, given)
    page = found[:limit]
    more = len(found) > limit
    return [key for key, _ in page], Place(page[-1][1], str(page[-1][0])) if more else None
