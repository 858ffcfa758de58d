"""The version that a resource promises, as the exchange needs it."""

from catalog.errors import NotInForce
from catalog.models import Entry, Resource


def entry_in_force(resource: Resource) -> Entry:
    """The published version as the database has it now; NotInForce if there is none."""
    entry = Entry.objects.filter(resource_id=resource.pk, state="published").first()
    if entry is None:
        raise NotInForce()
    return entry
