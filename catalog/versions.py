"""The versions of a resource: which one a step is about, and what its provider wrote."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import AuditEvent
from catalog.errors import NothingInWork
from catalog.metadata import ITEM_VALUES, METADATA
from catalog.models import Entry, Item, Resource
from catalog.states import IN_PROGRESS
from kernel.errors import Stale
from kernel.texts import Text

# The rows that an item names, read with it.
ITEM_ROWS = ("code_list__current", "element__code_list", "source_department")


def hold(resource: Resource) -> Resource:
    """The resource as it is now, held until the transaction ends: rivals wait, readers do not."""
    return Resource.objects.select_for_update(no_key=True).get(pk=resource.pk)


def in_progress(resource: Resource) -> Entry:
    """The version in work; NothingInWork if there is none."""
    entry = resource.entries.filter(state__in=IN_PROGRESS).first()
    if entry is None:
        raise NothingInWork("revise the resource to begin a new version")
    return entry


def require_unchanged(held: Resource, expected: int) -> None:
    """Stale unless the held resource is as the caller read it; names what is newer and whose it is.

    Facts: ``expected`` and ``found`` (counts of changes, the ETags), ``number`` of the latest
    version, ``changed_by`` and ``changed_at`` of the last deed.
    """
    if held.version == expected:
        return
    last = AuditEvent.objects.filter(subject_type="resource", subject_id=str(held.pk))
    deed = last.order_by("-id").first()
    latest = held.entries.order_by("-number").values_list("number", flat=True).first()
    raise Stale(
        Text("read it again: {person} changed it", person=deed.actor_name)
        if deed
        else "read it again",
        expected=expected,
        found=held.version,
        number=latest,
        changed_by=deed.actor_name if deed else "",
        changed_at=deed.at.isoformat() if deed else "",
    )


def items_of(entry: Entry) -> QuerySet[Item]:
    """The items of a version in their order, with the rows that they name, in one query."""
    return entry.items.select_related(*ITEM_ROWS).order_by("position")


def entry_values(entry: Entry) -> dict[str, Any]:
    """What the provider wrote of a version, by column."""
    return {name: getattr(entry, name) for name in METADATA}


def item_values(item: Item) -> dict[str, Any]:
    """What the provider wrote of an item, by column."""
    return {name: getattr(item, name) for name in ITEM_VALUES}
