"""Refusals of files that are no catalogue."""

from kernel.errors import Malformed, TooLarge


class CatalogUnreadable(Malformed):
    """A file is no catalogue in the format that it is said to be."""

    code = "catalog-unreadable"
    title = "This file cannot be read as a catalogue"


class CatalogTooLarge(TooLarge):
    """A file has more entries than the platform takes at once."""

    code = "catalog-too-large"
    title = "This file has more entries than the platform takes at once"
