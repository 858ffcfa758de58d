"""How cells about entries, demands and duplicates are drawn."""

from typing import Any

from kernel.cells import NONE, anchor, beside, code, markup, muted, toned
from kernel.pages import address_of


def entry(row: Any, name: Any) -> str:
    """An entry by its name, or by its code while it has none."""
    return anchor(address_of("resource", row.pk), name or row.code or NONE)


def word(row: Any, value: Any) -> str:
    """A state in the colour that the row gives it."""
    return toned(value, row.badge) if value else NONE


def due(row: Any, _value: Any) -> str:
    """A last day with what is left to it."""
    return row.due.shown if row.due else NONE


def under_review(row: Any, name: Any) -> str:
    """A version's entry, leading to its versions."""
    return anchor(f"{address_of('resource', row.resource_id)}?tab=versions", name or NONE)


def progress(row: Any, value: Any) -> str:
    """How many parts of a census are confirmed."""
    return markup(
        '<span class="progress-line"><progress max="{}" value="{}" aria-label="{}"></progress>'
        " {}</span>",
        row.asked,
        row.confirmed,
        value,
        value,
    )


def pair(row: Any, value: Any) -> str:
    """The first of two that are alike, leading to their comparison."""
    return beside(
        anchor(row.address, value),
        muted(row.left.department.name),
        row.left_column and code(row, row.left_column),
    )


def other(row: Any, value: Any) -> str:
    """The second of two that are alike."""
    return beside(
        value,
        muted(row.right.department.name),
        row.right_column and code(row, row.right_column),
    )
