"""Lists over tables without end: paged by the key of a row, never by counting what is before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from kernel.lists import List

MOST_COUNTED = 10_000


@dataclass(frozen=True)
class KeysetPage:
    """Rows of a page, newest first, and whether there are newer and older ones."""

    rows: list[Any]
    count: int
    has_newer: bool
    has_older: bool
    # No page numbers: they would have to be counted.
    number: None = None

    @property
    def paginator(self) -> SimpleNamespace:
        """How many rows there are, counted up to MOST_COUNTED."""
        return SimpleNamespace(count=min(self.count, MOST_COUNTED), num_pages=None)

    @property
    def is_capped(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > MOST_COUNTED

    @property
    def has_other_pages(self) -> bool:
        """Whether this page is not everything."""
        return self.has_newer or self.has_older

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass
class KeysetList(List):
    """A list by descending key; ``before`` and ``after`` in the address name the key of a row."""

    order = ("-pk",)

    @cached_property
    def page(self) -> Any:
        """The rows before or after the key in the address, the newest without one."""
        before, after = self._key("before"), self._key("after")
        rows = self.found
        if after is not None:
            found = list(rows.filter(pk__gt=after).order_by("pk")[: self.size + 1])
            more, found = len(found) > self.size, found[: self.size][::-1]
            newer, older = more, True
        else:
            narrowed = rows if before is None else rows.filter(pk__lt=before)
            found = list(narrowed[: self.size + 1])
            newer, older = before is not None, len(found) > self.size
            found = found[: self.size]
        count = len(found)
        if newer or older:
            count = rows.order_by()[: MOST_COUNTED + 1].count()
        return KeysetPage(found, count, newer, older)

    @property
    def next_page(self) -> str:
        """The address of older rows."""
        older = self.page.has_older and self.page.rows
        return self.address(before=str(self.page.rows[-1].pk)) if older else ""

    @property
    def previous_page(self) -> str:
        """The address of newer rows."""
        newer = self.page.has_newer and self.page.rows
        return self.address(after=str(self.page.rows[0].pk)) if newer else ""

    def _key(self, name: str) -> int | None:
        asked = self.query.get(name, "")
        return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
