"""Entries as they stand in a file, put into the catalogue's words; each change leaves a finding."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from catalog.interchange.aliases import PLACEHOLDERS, choice_words, folded
from catalog.interchange.columns import (
    ENTRY_COLUMNS,
    ITEM_COLUMNS,
    ITEM_PREFIX,
    YES_NO,
    Column,
    label_of,
)
from catalog.interchange.findings import NORMALISED, Finding, Wrong, cut, wrong
from catalog.interchange.mapping import SourceWords
from catalog.interchange.spread import (
    read_channel,
    read_formats,
    read_openness,
    read_records,
)
from catalog.interchange.tables import ITEM_SHARE, Raw, RawItem
from catalog.interchange.values import read_value, text_of

_SPREAD = {
    "formats": read_formats,
    "openness": read_openness,
    "records": read_records,
    "channel": read_channel,
}
_CLEARED = ("text", "lines", "list", "choice")
_SEPARATORS = ("；", ";", ",", "，", "、", "\n")
_IDENTITY = ("code", "department", "credit_code", "category", "source_key")
MOST_ITEMS = 500
# Longer texts are hardly ever said twice.
_MOST_REMEMBERED = 40


@dataclass
class Incoming:
    """An entry in the catalogue's words: ``values`` are what the file says, empty ones included.

    ``identity`` says whose it is and where it belongs; ``items`` is None where the file says
    nothing of items.
    """

    line: int
    identity: dict[str, str]
    values: dict[str, Any]
    items: list[dict[str, Any]] | None
    findings: list[Finding] = field(default_factory=list)
    is_shared_by_row: bool = False

    @property
    def is_wrong(self) -> bool:
        """True if something of it cannot be taken."""
        return any(finding.kind == "wrong" for finding in self.findings)


def normalise(raw: Raw, words: SourceWords, titles: Mapping[str, str]) -> Incoming:
    """The entry in our words; ``titles`` are the file's headers, by which findings name columns."""
    faults = [fault._replace(column=titles.get(fault.column, fault.column)) for fault in raw.faults]
    made = Incoming(raw.line, {}, {}, None, faults, raw.is_shared_by_row)
    said, spread = _said(made, raw, words, titles)
    made.identity = {name: said[name] for name in _IDENTITY if said.get(name)}
    # What a column of ours says counts before what follows from another catalogue's column.
    made.values = spread | {
        name: value
        for name, value in said.items()
        if name not in _IDENTITY and not (_is_empty(value) and name in spread)
    }
    if raw.items:
        _add_items(made, raw, words, titles)
    for name, default in words.defaults.items():
        if _is_empty(made.values.get(name)):
            made.values[name] = read_value(ENTRY_COLUMNS[name], default, {})
    if not made.values.get("name"):
        title = titles.get("name", ENTRY_COLUMNS["name"].title)
        made.findings.append(wrong(raw.line, title, "required", "an entry needs a name"))
    return made


def _said(
    made: Incoming, raw: Raw, words: SourceWords, titles: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    said: dict[str, Any] = {}
    spread: dict[str, Any] = {}
    for name, cell in raw.cells.items():
        if name == "share_type" and raw.is_shared_by_row and raw.items:
            continue
        value = _read(made, raw.line, ENTRY_COLUMNS[name], cell, words, titles.get(name, name))
        if ENTRY_COLUMNS[name].kind in _SPREAD:
            spread |= value or {}
        elif value is not None:
            said[name] = value
    return said, spread


def _read(
    made: Incoming, line: int, column: Column, cell: Any, words: SourceWords, title: str
) -> Any:
    """The value of a cell, with its finding; None where nothing is said or it is wrong."""
    own = words.words_of(column.name)
    if isinstance(cell, str) and not own and len(cell) <= _MOST_REMEMBERED:
        is_item = ENTRY_COLUMNS.get(column.name) is not column
        value, found = _reading(column.name, cell, is_item=is_item)
    else:
        value, found = _interpret(column, cell, own)
    if found:
        made.findings.append(found._replace(line=line, column=title))
    return value


@lru_cache(maxsize=20_000)
def _reading(name: str, cell: str, *, is_item: bool) -> tuple[Any, Finding | None]:
    """What a short text means in a column: catalogues say the same words over and over."""
    return _interpret((ITEM_COLUMNS if is_item else ENTRY_COLUMNS)[name], cell, {})


def _interpret(column: Column, cell: Any, own: Mapping[str, str]) -> tuple[Any, Finding | None]:
    value: Any
    try:
        if column.kind in _SPREAD:
            value = _SPREAD[column.kind](own.get(text_of(cell).strip(), cell))
        elif _is_placeholder(column, cell) and text_of(cell).strip() not in own:
            value = [] if column.kind == "list" else ""
        else:
            value = read_value(column, cell, own)
    except Wrong as bad:
        return None, wrong(0, "", bad.code, bad.detail, text_of(cell))
    if _is_exact(column, cell, value):
        return value, None
    after = _spread_label(value) if column.kind in _SPREAD else _label(column, value)
    return value, Finding(0, "", NORMALISED, _change(column), cut(text_of(cell)), cut(after))


def _is_placeholder(column: Column, cell: Any) -> bool:
    if column.kind not in _CLEARED or column.name in _IDENTITY or not isinstance(cell, str):
        return False
    if column.choices and folded(cell) in choice_words(column):
        return False
    return folded(cell) in PLACEHOLDERS or cell.strip().casefold() in PLACEHOLDERS


def _is_exact(column: Column, cell: Any, value: Any) -> bool:
    """True if the cell says the value in our own words, so that nothing was changed."""
    if not isinstance(cell, str):
        return _is_same_list(cell, value) if isinstance(cell, list) else True
    if column.kind in _SPREAD:
        return not cell.strip() or column.kind == "channel"
    if isinstance(value, list):
        return _is_list(column, cell, value)
    if isinstance(value, bool):
        return cell in (YES_NO[value], str(value).lower())
    if isinstance(value, Decimal):
        return _is_number(cell, value)
    if isinstance(value, tuple):
        return cell.replace(",", ".") == ".".join(str(part) for part in value if part is not None)
    return cell in ("" if value is None else str(value), label_of(column, value))


def _is_list(column: Column, cell: str, value: list[Any]) -> bool:
    said = [column.choices.get(part, part) for part in value]
    if column.kind == "modes" and value == ["medium"] and cell == "无":
        return True
    return cell == label_of(column, value) or any(cell == mark.join(said) for mark in _SEPARATORS)


def _is_same_list(cell: list[Any], value: Any) -> bool:
    return isinstance(value, list) and [text_of(part) for part in cell] == value


def _is_number(cell: str, value: Decimal) -> bool:
    try:
        return Decimal(cell) == value
    except InvalidOperation:
        return False


def _label(column: Column, value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value if part is not None)
    return label_of(column, value)


def _spread_label(values: dict[str, Any]) -> str:
    columns = ((ENTRY_COLUMNS[name], value) for name, value in values.items())
    return "；".join(f"{c.title}：{label}" for c, v in columns if (label := label_of(c, v)))


def _change(column: Column) -> str:
    kinds = {"text": "text", "lines": "text", "date": "date", "list": "list", "decimal": "number"}
    return kinds.get(column.kind, "value")


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def _add_items(made: Incoming, raw: Raw, words: SourceWords, titles: Mapping[str, str]) -> None:
    if len(raw.items) > MOST_ITEMS:
        detail = f"has {len(raw.items)} items; at most {MOST_ITEMS} are taken"
        made.findings.append(wrong(raw.line, "items", "too-many-items", detail))
        return
    made.items = [_item(made, item, words, titles) for item in raw.items]
    if raw.is_shared_by_row:
        _share_by_rows(made)


def _item(
    made: Incoming, item: RawItem, words: SourceWords, titles: Mapping[str, str]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for target, cell in item.cells.items():
        column = ITEM_COLUMNS[target.removeprefix(ITEM_PREFIX)]
        name = "share_type" if target == ITEM_SHARE and made.is_shared_by_row else target
        value = _read(made, item.line, column, cell, words, titles.get(name, column.title))
        if column.kind == "size" and value is not None:
            values["length"] = value[0]
            if value[1] is not None:
                values["scale"] = value[1]
        elif value is not None:
            values[column.name] = value
    for name in ("name", "data_type"):
        title = titles.get(f"{ITEM_PREFIX}{name}", ITEM_COLUMNS[name].title)
        is_told = any(f.line == item.line and f.column == title for f in made.findings)
        if not values.get(name) and not is_told:
            detail = f"an item needs its {ITEM_COLUMNS[name].title}"
            made.findings.append(wrong(item.line, title, "required", detail))
    return values


def _share_by_rows(made: Incoming) -> None:
    """The entry is shared as most of its rows are; items that differ say so themselves."""
    told = [item.get("share_type") for item in made.items or []]
    counts = Counter(share for share in told if share)
    if not counts:
        return
    most = max(counts.values())
    whole = next(share for share in told if share and counts[share] == most)
    made.values["share_type"] = whole
    for item in made.items or []:
        item["share_type"] = "" if item.get("share_type") in ("", whole) else item["share_type"]
