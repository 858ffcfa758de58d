"""What is shown of entries that the index found, read without building rows of models."""

from collections.abc import Sequence
from uuid import UUID

from catalog.search.asking import rows
from catalog.search.hits import Hit
from catalog.search.query import Asked

MOST_ITEMS_SHOWN = 6
_HITS = """
SELECT d.resource_id, d.entry_id, r.code, d.name, d.department_id, o.name, c.code, c.name,
       e.keywords, e.abstract, e.share_type, e.update_cycle, e.format_class, e.open_to_public,
       d.is_attached, d.fresh_until, d.completeness, d.published_at
FROM catalog_searchdocument d
JOIN catalog_resource r ON r.id = d.resource_id
JOIN catalog_entry e ON e.id = d.entry_id
JOIN accounts_department o ON o.id = d.department_id
JOIN catalog_category c ON c.id = d.category_id
WHERE d.resource_id = ANY(%(ids)s::uuid[])
"""
_ITEMS = """
SELECT entry_id, array_agg(name ORDER BY position) FROM catalog_item
WHERE entry_id = ANY(%(ids)s::uuid[]) AND name LIKE ANY(%(words)s) GROUP BY entry_id
"""


def hits(ids: Sequence[UUID]) -> list[Hit]:
    """The entries of these resources, in no order; those out of force since are left out."""
    return [Hit(*row) for row in rows(_HITS, {"ids": [str(pk) for pk in ids]})]


def items_named(asked: Asked, shown: Sequence[Hit]) -> dict[UUID, list[str]]:
    """By version, the names of items that hold a word asked for, MOST_ITEMS_SHOWN at most."""
    words = [f"%{word}%" for term in asked.terms for word in (term.word, *term.others)]
    if not words or not shown:
        return {}
    given = {"ids": [str(hit.entry_id) for hit in shown], "words": words}
    return {entry: names[:MOST_ITEMS_SHOWN] for entry, names in rows(_ITEMS, given)}
