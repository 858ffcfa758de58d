"""Finding the version of a resource that a step is about."""

from catalog.errors import NothingInWork
from catalog.models import Entry, Resource
from catalog.states import IN_PROGRESS


def hold(resource: Resource) -> Resource:
    """The resource as it is now, held until the transaction ends: rivals wait, readers do not."""
    return Resource.objects.select_for_update(no_key=True).get(pk=resource.pk)


def in_progress(resource: Resource) -> Entry:
    """The version in work; NothingInWork if there is none."""
    entry = resource.entries.filter(state__in=IN_PROGRESS).first()
    if entry is None:
        raise NothingInWork("revise the resource to begin a new version")
    return entry
