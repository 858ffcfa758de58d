"""What differs between two versions, field by field; items are matched by their column.

Plain values in and out: each version as catalog.metadata names it, with ``items``, a list in its
order, each of which has ``column``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from catalog.metadata import ITEM_CARRIED, ITEM_VALUES, METADATA

Values = Mapping[str, Any]


class FieldChange(NamedTuple):
    """A member with the value that it had and the one that it has."""

    field: str
    before: Any
    after: Any


class ItemChange(NamedTuple):
    """An item that both versions have and say different things of."""

    column: str
    name: str
    changes: list[FieldChange]


class Difference(NamedTuple):
    """Everything that changed; ``moved`` are columns whose order among the kept ones is new."""

    metadata: list[FieldChange]
    added: list[Values]
    removed: list[Values]
    changed: list[ItemChange]
    moved: list[str]

    @property
    def is_empty(self) -> bool:
        """True if both versions say the same."""
        return not any(self)


def differences(before: Values, after: Values) -> Difference:
    """From one version to another."""
    old = {item["column"]: item for item in before["items"]}
    new = {item["column"]: item for item in after["items"]}
    kept = [column for column in new if column in old]
    changed = (
        ItemChange(
            column,
            new[column]["name"],
            _changes((*ITEM_VALUES, *ITEM_CARRIED), old[column], new[column]),
        )
        for column in kept
    )
    return Difference(
        metadata=_changes(METADATA, before, after),
        added=[item for column, item in new.items() if column not in old],
        removed=[item for column, item in old.items() if column not in new],
        changed=[change for change in changed if change.changes],
        moved=_moved([column for column in old if column in new], kept),
    )


def _changes(names: Iterable[str], before: Values, after: Values) -> list[FieldChange]:
    return [
        FieldChange(name, before[name], after[name])
        for name in names
        if before[name] != after[name]
    ]


def _moved(before: Sequence[str], after: Sequence[str]) -> list[str]:
    return [column for was, column in zip(before, after, strict=True) if was != column]
