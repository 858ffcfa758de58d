"""Places in a version, as JSON pointers into what the API shows of it."""

import re

from catalog.metadata import ITEM_VALUES, METADATA

_FIELD = re.compile(r"/([a-z_]+)(?:/(\d{1,3}))?", re.ASCII)
_ITEM = re.compile(r"/items/(0|[1-9]\d{0,2})(?:/([a-z_]+))?", re.ASCII)


def names_place(pointer: str, items: int) -> bool:
    """True for a place that a version of so many items has.

    ``/abstract`` is a field, ``/share_modes/0`` one of its values, ``/items/3`` the fourth item and
    ``/items/3/length`` one of its members; ``/items`` stands for all of them.
    """
    item = _ITEM.fullmatch(pointer)
    if item:
        return int(item[1]) < items and (item[2] is None or item[2] in ITEM_VALUES)
    field = _FIELD.fullmatch(pointer)
    return field is not None and (field[1] in METADATA or pointer == "/items")
