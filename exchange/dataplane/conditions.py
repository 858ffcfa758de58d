"""Which rows a grant shows: a condition over the items of a schema, typed and bounded.

Null follows SQL: a comparison with an item that is null is neither true nor false, ``not`` leaves
it so, and a row is shown only where the whole condition is true. So ``x != 1`` and
``not x = 1`` hide the rows without ``x``; who wants them writes ``or x is null``. Texts are
compared by code point. There is no clock and no function: whether a row matches changes only when
the row changes, which is what the reading of changes rests on.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from exchange.dataplane.condition_values import Value, text_of
from exchange.dataplane.errors import Terminal

OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
KEYWORDS = frozenset(
    ("and", "or", "not", "in", "is", "null", "starts", "with", "between", "true", "false")
)
MAX_TEXT = 4000
MAX_DEPTH = 16
MAX_TESTS = 200


class ConditionInvalid(Terminal):
    """The condition cannot be read; ``position`` is the character, counted from 1, if known."""

    def __init__(self, detail: str, position: int | None = None) -> None:
        where = f"at character {position}: " if position else ""
        super().__init__("condition-invalid", where + detail)
        self.position = position


@dataclass(frozen=True)
class Compare:
    """``age < 16``"""

    item: str
    operator: str
    value: Value


@dataclass(frozen=True)
class Among:
    """``division in ("990100", "990200")``"""

    item: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Missing:
    """``guardian is null``"""

    item: str


@dataclass(frozen=True)
class Starts:
    """``name starts with "Li"``"""

    item: str
    text: str


@dataclass(frozen=True)
class Between:
    """``born between "2010-01-01" and "2015-12-31"``, both ends included"""

    item: str
    low: Value
    high: Value


@dataclass(frozen=True)
class All:
    """Two parts or more that all hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Either:
    """Two parts or more of which one holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """The part is false; unknown stays unknown."""

    part: "Condition"


Test = Compare | Among | Missing | Starts | Between
Condition = Test | All | Either | Not


def items_used(condition: Condition) -> frozenset[str]:
    """The items that the condition looks at."""
    return frozenset(test.item for test, _ in _tests(condition))


def check_bounds(condition: Condition) -> Condition:
    """The condition, if its depth, its tests and its text stay within the limits."""
    tests = list(_tests(condition))
    if len(tests) > MAX_TESTS:
        raise ConditionInvalid(f"it has {len(tests)} tests; at most {MAX_TESTS}")
    if max(depth for _, depth in tests) > MAX_DEPTH:
        raise ConditionInvalid(f"it is nested more than {MAX_DEPTH} deep")
    if len(canonical(condition)) > MAX_TEXT:
        raise ConditionInvalid(f"it is longer than {MAX_TEXT} characters")
    return condition


def _tests(condition: Condition, depth: int = 1) -> Iterator[tuple[Test, int]]:
    if isinstance(condition, All | Either):
        for part in condition.parts:
            yield from _tests(part, depth + 1)
    elif isinstance(condition, Not):
        yield from _tests(condition.part, depth + 1)
    else:
        yield condition, depth


def canonical(condition: Condition) -> str:
    """The one text of a condition; reading it gives an equal condition."""
    if isinstance(condition, All | Either):
        word = " and " if isinstance(condition, All) else " or "
        return word.join(_nested(part) for part in condition.parts)
    if not isinstance(condition, Not):
        return _test_text(condition, "")
    if isinstance(condition.part, Among | Missing | Starts | Between):
        return _test_text(condition.part, "not ")
    return f"not {_nested(condition.part)}"


def _nested(part: Condition) -> str:
    text = canonical(part)
    return f"({text})" if isinstance(part, All | Either) else text


def _test_text(test: Test, no: str) -> str:
    name = f"`{test.item}`" if test.item in KEYWORDS else test.item
    if isinstance(test, Compare):
        return f"{name} {test.operator} {text_of(test.value)}"
    if isinstance(test, Among):
        return f"{name} {no}in ({', '.join(map(text_of, test.values))})"
    if isinstance(test, Missing):
        return f"{name} is {no}null"
    if isinstance(test, Starts):
        return f"{name} {no}starts with {text_of(test.text)}"
    return f"{name} {no}between {text_of(test.low)} and {text_of(test.high)}"
