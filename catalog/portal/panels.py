"""What other parts of the platform show on an entry's page: they bring it, nobody is asked.

The catalogue knows nothing of what is exchanged; an app above it registers its panels when it
starts, and each is drawn by a template of that app.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from accounts.actor import Actor
from catalog.models import Resource


@dataclass(frozen=True)
class Panel:
    """A card on the page of an entry: its title, its template and what the template is given."""

    title: Any
    template: str
    context: dict[str, Any]


Source = Callable[[Resource, Actor], Iterable[Panel]]
_SOURCES: list[Source] = []


def add_panels(source: Source) -> None:
    """Let this source bring panels to every entry's page, after those registered before it."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def panels_of(resource: Resource, actor: Actor) -> list[Panel]:
    """The panels for this reader."""
    return [panel for source in _SOURCES for panel in source(resource, actor)]
