"""What a source says now, what it said last, and what stewards made of it: one result.

The source's change is taken where the steward left the value alone; a value that a steward wrote
is kept, and said to be kept. Plain values (catalog.interchange.columns.plain) on all sides.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.interchange.columns import ITEM_COLUMNS, plain
from catalog.interchange.fields import field_name
from catalog.names import name_key

Values = Mapping[str, Any]
NEW_ITEM: dict[str, Any] = {
    "data_type": "",
    "length": None,
    "scale": None,
    "meaning": "",
    "is_key": False,
    "is_required": False,
    "pattern": "",
    "codes": [],
    "check_digit": "",
    "sensitivity": "none",
    "share_type": "",
}


def merge_values(
    said: Values, base: Values, current: Values, *, is_ours: bool
) -> tuple[dict[str, Any], list[str]]:
    """Columns to write with their values, and columns whose steward's value is kept.

    ``base`` is what the source said last; ``is_ours`` that it never said anything: then the file
    is an edit of ours by hand, which counts, but empty cells clear nothing.
    """
    changes, kept = {}, []
    for name, value in said.items():
        new, now = plain(value), current.get(name)
        if _is_same(new, now):
            continue
        if name in base:
            if base[name] == new or base[name] != now:
                kept.append(name)
                continue
        elif _is_empty(new):
            continue
        elif not is_ours and not _is_empty(now):
            kept.append(name)
            continue
        changes[name] = value
    return changes, kept


def merge_items(
    said: Sequence[Values],
    base: Sequence[Values] | None,
    current: Sequence[Values],
    *,
    is_ours: bool,
) -> tuple[list[dict[str, Any]] | None, list[str]]:
    """The items to write (None: as they are), and names of items that stewards' words keep."""
    plain_said = [_plain_item(item) for item in said]
    if base is not None and plain_said == list(base):
        return None, []
    known, before = _by_name(current), _by_name(base or [])
    taken = {item["column"] for item in current}
    made, kept, seen = [], [], set()
    for key, item in _by_name(said).items():
        now = _same_item(item, key, known, current)
        if now is None:
            made.append(_new_item(item, taken))
            continue
        seen.add(now["column"])
        changes, left = merge_values(
            {name: value for name, value in item.items() if name != "column"},
            before.get(key, {}),
            {name: plain(value) for name, value in now.items()},
            is_ours=is_ours or base is None,
        )
        kept += [str(item["name"])] if left else []
        made.append({**now, **changes})
    for key, now in known.items():
        if now["column"] not in seen and not _is_removed(key, now, before, base, is_ours=is_ours):
            made.append(dict(now))
            kept.append(str(now["name"]))
    is_same = [_plain_item(one) for one in made] == [_plain_item(one) for one in current]
    return (None if is_same else made), kept


def _is_removed(
    key: tuple[str, int], now: Values, before: Mapping[Any, Values], base: Any, *, is_ours: bool
) -> bool:
    """True if the source no longer lists an item that it alone wrote."""
    if base is None:
        return is_ours
    if key not in before:
        return False
    return all(plain(now.get(name)) == value for name, value in before[key].items())


def _same_item(
    item: Values, key: tuple[str, int], known: Mapping[Any, Values], current: Sequence[Values]
) -> Values | None:
    column = item.get("column")
    named = next((one for one in current if column and one["column"] == column), None)
    return named or known.get(key)


def new_items(said: Sequence[Values]) -> list[dict[str, Any]]:
    """Items of a new entry, each with a name of its own for its column in the data."""
    taken: set[str] = set()
    return [_new_item(item, taken) for item in said]


def _new_item(item: Values, taken: set[str]) -> dict[str, Any]:
    column = field_name(str(item.get("column") or item["name"]), taken)
    taken.add(column)
    return {**NEW_ITEM, **item, "column": column}


def _by_name(items: Sequence[Values]) -> dict[tuple[str, int], Values]:
    """Items by name; of several of one name the first, the second and so on."""
    found: dict[tuple[str, int], Values] = {}
    for item in items:
        key, nth = name_key(str(item["name"])), 1
        while (key, nth) in found:
            nth += 1
        found[key, nth] = item
    return found


def plain_items(items: Sequence[Values]) -> list[dict[str, Any]]:
    """Items as JSON keeps them."""
    return [_plain_item(item) for item in items]


def _plain_item(item: Values) -> dict[str, Any]:
    return {name: plain(value) for name, value in item.items() if name in ITEM_COLUMNS}


def _is_same(new: Any, now: Any) -> bool:
    """True for equal values; spaces and lines in a text make no difference."""
    if isinstance(new, str) and isinstance(now, str):
        return new.split() == now.split()
    return new == now or (_is_empty(new) and _is_empty(now))


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []
