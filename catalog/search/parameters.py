"""The parameters of a search as they stand in its address, read and checked. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from catalog.search.matching import Narrowing
from catalog.search.sorting import SORTS
from catalog.search.traits import FORMAT_CLASSES, SHARE_TYPES, UPDATE_CYCLES
from kernel.errors import Invalid
from kernel.texts import Text

RELEVANCE = "relevance"
SORT_NAMES = (RELEVANCE, *SORTS)
_WORDS = {
    "share_type": SHARE_TYPES[1:],
    "update_cycle": UPDATE_CYCLES[1:],
    "format_class": FORMAT_CLASSES[1:],
}
# What a search can be saved with: all but the place in its pages.
NAMES = (
    "q", "department", "category", *_WORDS, "is_open", "is_attached", "is_overdue", "sort",
)  # fmt: skip
MOST_VALUES, LONGEST_QUESTION = 50, 200


class Search(NamedTuple):
    """A search as it was asked for."""

    text: str
    narrowing: Narrowing
    sort: str


def read_search(given: Mapping[str, str]) -> Search:
    """The search of these parameters; Invalid names the first that is wrong. Several values of
    one parameter are parted by commas and mean any of them."""
    text = given.get("q", "")
    if len(text) > LONGEST_QUESTION:
        raise Invalid.field(
            "q", Text("holds more than {most} characters", most=LONGEST_QUESTION), "too-long"
        )
    sort = _word(given, "sort", SORT_NAMES) or RELEVANCE
    traits: dict[str, frozenset[Any]] = {
        name: frozenset(_words(given, name, words)) for name, words in _WORDS.items()
    }
    is_open = _flag(given, "is_open")
    traits["is_open"] = frozenset() if is_open is None else frozenset({is_open})
    return Search(
        text,
        Narrowing(
            departments=frozenset(_keys(given, "department")),
            categories=frozenset(_codes(given, "category")),
            traits={name: values for name, values in traits.items() if values},
            is_attached=_flag(given, "is_attached"),
            is_overdue=_flag(given, "is_overdue"),
        ),
        sort,
    )


def _many(given: Mapping[str, str], name: str) -> list[str]:
    values = [value.strip() for value in given.get(name, "").split(",") if value.strip()]
    if len(values) > MOST_VALUES:
        raise Invalid.field(
            name, Text("names more than {most} values", most=MOST_VALUES), "too-many"
        )
    return values


def _words(given: Mapping[str, str], name: str, words: Iterable[str]) -> list[str]:
    return [_choice(name, value, words) for value in _many(given, name)]


def _word(given: Mapping[str, str], name: str, words: Iterable[str]) -> str | None:
    return _choice(name, given[name], words) if name in given else None


def _choice(name: str, value: str, words: Iterable[str]) -> str:
    if value not in words:
        raise Invalid.field(name, Text("choose from: {known}", known=words), "invalid-choice")
    return value


def _flag(given: Mapping[str, str], name: str) -> bool | None:
    word = _word(given, name, ("true", "false"))
    return None if word is None else word == "true"


def _codes(given: Mapping[str, str], name: str) -> list[str]:
    codes = _many(given, name)
    if not all(code.isascii() and code.isalnum() for code in codes):
        raise Invalid.field(name, "must be codes of classes", "invalid")
    return codes


def _keys(given: Mapping[str, str], name: str) -> list[UUID]:
    try:
        return [UUID(value) for value in _many(given, name)]
    except ValueError as bad:
        raise Invalid.field(name, "must be keys of departments", "invalid") from bad
