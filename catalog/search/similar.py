"""Entries that are about the same as another one, by their names."""

from typing import Any, NamedTuple
from uuid import UUID

from catalog.search.asking import rows_by_index
from catalog.search.finding import synonyms_in
from catalog.search.hits import Hit
from catalog.search.query import Asked
from catalog.search.ranking import likeness
from catalog.search.reading import hits

LEAST, CANDIDATES = 0.3, 100
_ALIKE = """
SELECT resource_id FROM catalog_searchdocument
WHERE words @@ %(words)s::tsquery AND resource_id <> %(own)s
ORDER BY abs(name_length - %(length)s), resource_id LIMIT %(candidates)s
"""


class Similar(NamedTuple):
    """An entry and how much its name has in common, 0 to 1, general words and places aside."""

    hit: Hit
    likeness: float


def similar(resource_id: UUID, name: str, limit: int = 10) -> list[Similar]:
    """Entries in force whose names have the most in common with this one's, the most first."""
    asked = Asked(name, synonyms_in(name))
    if asked.is_empty:
        return []
    given: dict[str, Any] = {
        "own": str(resource_id),
        "length": len(asked.key),
        "candidates": CANDIDATES,
    }
    ids: list[UUID] = []
    for words in (asked.core, asked.loose):
        ids = [key for (key,) in rows_by_index(_ALIKE, {**given, "words": words})]
        if len(ids) >= limit:
            break
    near = [Similar(hit, round(likeness(name, hit.name), 2)) for hit in hits(ids)]
    near = [one for one in near if one.likeness >= LEAST]
    return sorted(near, key=lambda one: (-one.likeness, one.hit.name, str(one.hit.id)))[:limit]
