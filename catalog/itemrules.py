"""What one item must say, so that data can be checked against it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from catalog.vocabulary import CheckDigit, ItemType, Sensitivity

COLUMN = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
# System columns of PostgreSQL, which no table may name its own columns.
RESERVED_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
TEXTS = (ItemType.STRING, ItemType.MEMO, ItemType.TEXT)
SIZED = (ItemType.STRING, ItemType.NUMBER, ItemType.MONEY)
DECIMALS = (ItemType.NUMBER, ItemType.MONEY)
# Values of these types cannot be told apart reliably.
NO_KEYS = (ItemType.GENERAL, ItemType.DOUBLE, ItemType.FLOAT, ItemType.BLOB, ItemType.TEXT)
MAX_DIGITS = 38
CHECKED_LENGTH = 18

_Found = Iterator[tuple[str, str, str]]


def item_faults(item: Mapping[str, Any]) -> _Found:
    """The faults of an item (names of catalog.metadata.ITEM_VALUES): (member, code, detail)."""
    for rule in (_column, _size, _key, _text_rules, _codes, _element, _check_digit):
        yield from rule(item)


def _column(item: Mapping[str, Any]) -> _Found:
    if not COLUMN.fullmatch(item["column"]):
        yield "column", "column-invalid", "begin with a-z, go on with a-z, 0-9, _; 63 at most"
    elif item["column"] in RESERVED_COLUMNS:
        yield "column", "column-reserved", "databases keep this name to themselves; choose another"


def _size(item: Mapping[str, Any]) -> _Found:
    of_type, length, scale = item["data_type"], item["length"], item["scale"]
    if of_type in SIZED and not length:
        yield "length", "required", "give the length: characters of a text, digits of a number"
    elif length == 0:
        yield "length", "too-short", "a length is at least 1; leave it out where there is none"
    if of_type in DECIMALS and length and length > MAX_DIGITS:
        yield "length", "too-long", f"a number has at most {MAX_DIGITS} digits"
    if scale is not None and of_type not in DECIMALS:
        yield "scale", "not-applicable", "only numbers N and money Y have digits behind the point"
    elif scale is not None and length and scale > length:
        yield "scale", "too-long", "of all digits, no more than all can stand behind the point"


def _key(item: Mapping[str, Any]) -> _Found:
    if not item["is_key"]:
        return
    if not item["is_required"]:
        yield "is_required", "key-required", "an item of the key is never empty; set it to required"
    if item["data_type"] in NO_KEYS:
        yield "is_key", "key-type", "values of this type identify nothing; choose another key"


def _text_rules(item: Mapping[str, Any]) -> _Found:
    if not item["pattern"]:
        return
    if item["data_type"] not in TEXTS:
        yield "pattern", "not-applicable", "only texts have a pattern"
    try:
        pc.match_substring_regex(pa.array([""]), item["pattern"])
    except pa.ArrowInvalid:
        yield "pattern", "pattern-invalid", "is no RE2 pattern; it has no look-around, for one"


def item_codes(item: Mapping[str, Any]) -> Sequence[str]:
    """The codes that the item's values come from: its own, or those of its list now in force."""
    code_list = item.get("code_list")
    if item["codes"] or code_list is None or code_list.current is None:
        return item["codes"]
    return code_list.current.codes


def _codes(item: Mapping[str, Any]) -> _Found:
    codes, of_type = item_codes(item), item["data_type"]
    if item["codes"] and item.get("code_list") is not None:
        yield "codes", "codes-twofold", "name a code list or write codes of its own, not both"
    if not codes:
        return
    if of_type == ItemType.INTEGER:
        if not all(re.fullmatch(r"-?\d{1,18}", code, re.ASCII) for code in codes):
            yield "codes", "codes-invalid", "the codes of an integer are whole numbers"
    elif of_type != ItemType.STRING:
        yield "codes", "not-applicable", "only strings C and integers I have a code list"
    elif item["length"] and max(map(len, codes)) > item["length"]:
        yield "codes", "codes-invalid", "a code is longer than the item's length"
    if len(set(codes)) != len(codes):
        yield "codes", "codes-twice", "a code stands twice in the list"


def _element(item: Mapping[str, Any]) -> _Found:
    """What an item says has to agree with the data element whose meaning it takes."""
    element = item.get("element")
    if element is None:
        return
    if item["data_type"] != element.data_type:
        yield "data_type", "element-mismatch", f"{element} is of type {element.data_type}"
    if element.length and item["length"] and item["length"] > element.length:
        yield "length", "element-mismatch", f"{element} has {element.length} at most"
    wanted, code_list = element.code_list, item.get("code_list")
    if wanted is not None and (code_list is None or code_list.pk != wanted.pk):
        yield "code_list", "element-mismatch", f"{element} takes its codes from {wanted}"


def _check_digit(item: Mapping[str, Any]) -> _Found:
    check = item["check_digit"]
    if not check:
        return
    if check not in CheckDigit.values:
        yield "check_digit", "not-known", f"choose from: {', '.join(CheckDigit.values)}"
    if item["data_type"] != ItemType.STRING or (item["length"] or 0) < CHECKED_LENGTH:
        yield "check_digit", "not-applicable", "such a number is a string C of 18 characters"
    if check == CheckDigit.CITIZEN_ID and item["sensitivity"] == Sensitivity.NONE:
        yield "sensitivity", "personal", "a citizen's number is personal information; say so"
