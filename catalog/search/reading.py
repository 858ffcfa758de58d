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
       d.is_attached, d.fresh_until, d.completeness, d.published_at,
       ARRAY(
           SELECT i.name FROM catalog_item i
           WHERE i.entry_id = d.entry_id AND i.name LIKE ANY(%(words)s)
           ORDER BY i.position LIMIT %(most)s
       )
FROM catalog_searchdocument d
JOIN catalog_resource r ON r.id = d.resource_id
JOIN catalog_entry e ON e.id = d.entry_id
JOIN accounts_department o ON o.id = d.department_id
JOIN catalog_category c ON c.id = d.category_id
WHERE d.resource_id = ANY(%(ids)s::uuid[])
"""


def hits(ids: Sequence[UUID], asked: Asked | None = None) -> list[Hit]:
    """The entries of these resources, in no order; those out of force since are left out.

    With a question, each with the names of its items that hold a word of it.
    """
    terms = asked.terms if asked else ()
    words = [f"%{word}%" for term in terms for word in (term.word, *term.others)]
    given = {"ids": [str(pk) for pk in ids], "words": words, "most": MOST_ITEMS_SHOWN}
    return [Hit(*row) for row in rows(_HITS, given)]
