"""The items that a resource promises, as the exchange needs them."""

from catalog.errors import NotInForce
from catalog.models import Entry, Item, Resource
from catalog.versions import items_of
from catalog.vocabulary import ShareType


def entry_in_force(resource: Resource) -> Entry:
    """The published version as the database has it now; NotInForce if there is none."""
    entry = Entry.objects.filter(resource_id=resource.pk, state="published").first()
    if entry is None:
        raise NotInForce()
    return entry


def items_in_force(resource: Resource) -> list[Item]:
    """The items of the published version in their order; NotInForce if there is none.

    A later version has rows of its own: what must last longer than a version names ``column``.
    """
    return list(items_of(entry_in_force(resource)))


def effective_share_type(item: Item, entry: Entry) -> ShareType:
    """How this item is shared: as the item says, else as its version says."""
    return ShareType(item.share_type or entry.share_type)


# The columns that the version in force shares, of the resource that {resource} names, as an SQL
# array; null where no version is in force. The same as entry_in_force and effective_share_type
# say, for a statement that must learn it on its way.
SHARED_COLUMNS = """(
    SELECT coalesce(
        array_agg(item."column") FILTER (
            WHERE coalesce(nullif(item.share_type, ''), entry.share_type) <> 'not_shared'
        ),
        ARRAY[]::varchar[]
    )
    FROM catalog_entry entry LEFT JOIN catalog_item item ON item.entry_id = entry.id
    WHERE entry.id = (
        SELECT id FROM catalog_entry WHERE resource_id = {resource} AND state = 'published' LIMIT 1
    )
    GROUP BY entry.id
)"""
