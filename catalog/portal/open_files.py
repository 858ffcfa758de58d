"""Files of open data on the open site: an app above the catalogue says which there are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from catalog.models import Resource


@dataclass(frozen=True)
class OpenFile:
    """A file of an open entry's data: its format and its address."""

    title: str
    address: str


Source = Callable[[Resource], Iterable[OpenFile]]
_SOURCES: list[Source] = []


def add_open_files(source: Source) -> None:
    """Let this source say which files there are of an open entry."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def open_files_of(resource: Resource) -> list[OpenFile]:
    """Every file of the entry's data."""
    return [file for source in _SOURCES for file in source(resource)]
