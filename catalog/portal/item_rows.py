"""How the rows of the items grid are drawn: by functions, for there are hundreds of cells."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from catalog.portal.items_grid import Cell, Grid
from kernel.cells import joined, markup
from kernel.templatetags.lists import options

# What stands where the place of a row that is added will stand (catalog.js).
NEW = "__n__"


def rows_of(grid: Grid) -> SafeString:
    """Every row, numbered from one."""
    return joined(_row(place, place + 1, cells) for place, cells in grid.lines)


def blank_of(grid: Grid) -> SafeString:
    """A row that can be added."""
    return _row(NEW, "", grid.blank)


def _row(key: int | str, number: int | str, cells: Iterable[Cell]) -> SafeString:
    return markup(
        '<tr><td data-label="{}" class="number"><span data-number>{}</span></td>{}'
        '<td data-label="{}"><span class="row-deeds">{} {}</span></td></tr>',
        gettext("No."),
        number,
        joined(_cell(key, number, cell) for cell in cells),
        gettext("Row"),
        _deed("raise", key, gettext("Move up"), number, "↑"),
        _deed("remove", key, gettext("Remove"), number, "×"),
    )


def _deed(verb: str, key: Any, title: str, number: Any, sign: str) -> SafeString:
    return markup(
        '<button class="second small" name="deed" value="{}-{}" data-{}'
        ' aria-label="{} {}">{}</button>',
        verb,
        key,
        verb,
        title,
        number,
        sign,
    )


def _cell(key: Any, number: Any, cell: Cell) -> SafeString:
    head = cell.head
    place = f"items-{key}-{head.name}"
    label = markup('aria-label="{} {}" name="{}" id="{}"', head.title, number, place, place)
    drawn = _DRAWN.get(head.kind, _line)(cell, label)
    wrong = markup('<span class="error">{}</span>', cell.error) if cell.error else ""
    return markup(
        '<td data-label="{}"{}><span>{}{}</span></td>',
        head.title,
        markup(' class="wrong"') if cell.error else "",
        drawn,
        wrong,
    )


def _flag(cell: Cell, label: SafeString) -> SafeString:
    is_on = markup(" checked") if cell.value == "on" else ""
    return markup('<input type="checkbox" {} value="on"{}>', label, is_on)


def _choice(cell: Cell, label: SafeString) -> SafeString:
    # Only what is offered is asked for, for what was sent may be anything.
    chosen = cell.value if cell.value in dict(cell.head.choices) else ""
    offered = _options(cell.head.choices, chosen)
    return markup('<select {}><option value=""></option>{}</select>', label, offered)


@lru_cache(maxsize=1000)
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    return options(choices, chosen)


def _line(cell: Cell, label: SafeString) -> SafeString:
    return markup(
        '<input {} value="{}" autocomplete="off"{}{}>',
        label,
        cell.value,
        markup(' class="wide-cell"') if cell.head.is_wide else "",
        markup(' aria-invalid="true"') if cell.error else "",
    )


_DRAWN = {"flag": _flag, "choice": _choice}
