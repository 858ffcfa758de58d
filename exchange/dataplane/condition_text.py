"""From text to a condition: a small recursive-descent parser, typed while it reads.

condition := both { "or" both }
both      := part { "and" part }
part      := "not" part | "(" condition ")" | test
test      := item ( "=" | "!=" | "<>" | "<" | "<=" | ">" | ">=" ) value
           | item "is" [ "not" ] "null"
           | item [ "not" ] "in" "(" value { "," value } ")"
           | item [ "not" ] "starts" "with" text
           | item [ "not" ] "between" value "and" value
item      := name | "`" name "`"
value     := text in " or ' (doubled inside) | number | "true" | "false"
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from exchange.dataplane.condition_tests import (
    find_item,
    make_among,
    make_between,
    make_compare,
    make_starts,
)
from exchange.dataplane.conditions import (
    KEYWORDS,
    MAX_TEXT,
    All,
    Condition,
    ConditionInvalid,
    Either,
    Missing,
    Not,
    check_bounds,
)
from exchange.dataplane.items import Item
from exchange.dataplane.schema import Schema

# Brackets and "not" that may be open at once; more would be no condition a person can read.
MAX_OPEN = 64
COMPARISONS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

_TOKEN = re.compile(
    r"""\s+
    | (?P<text> "(?:[^"]|"")*" | '(?:[^']|'')*' )
    | (?P<name> `[^`]*` )
    | (?P<number> -?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,4})? (?![A-Za-z0-9_.]) )
    | (?P<word> [A-Za-z_][A-Za-z0-9_]* )
    | (?P<sign> <> | != | <= | >= | [=<>(),] )
    """,
    re.VERBOSE,
)
_FULL_WIDTH = {"“": '"', "”": '"', "‘": "'", "’": "'", "（": "(", "）": ")", "，": ",", "＝": "="}
_FULL_WIDTH |= {"＜": "<", "＞": ">", "！": "!"}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


def parse_condition(text: str, schema: Schema) -> Condition:
    """The condition that the text says over the items of the schema.

    ConditionInvalid names the character and what would be right.
    """
    if len(text) > MAX_TEXT:
        raise ConditionInvalid(f"it has {len(text)} characters; at most {MAX_TEXT}")
    reader = _Reader(_tokens(text), schema)
    condition = reader.condition()
    reader.expect_end()
    return check_bounds(condition)


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ConditionInvalid(_unreadable(text, place), place + 1)
        if match.lastgroup:
            found.append(_Token(match.lastgroup, match.group(), place + 1))
        place = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _unreadable(text: str, place: int) -> str:
    sign = text[place]
    if sign in "\"'":
        return f"the text that starts here has no closing {sign}"
    if sign in _FULL_WIDTH:
        return f"write {_FULL_WIDTH[sign]} instead of the full-width {sign}"
    if sign.isdigit() or sign == "-":
        return "this is no number"
    return f"{sign!r} has no meaning here; values other than numbers stand in quotes"


class _Reader:
    """The tokens, and how far they are read."""

    def __init__(self, tokens: list[_Token], schema: Schema) -> None:
        self._tokens = tokens
        self._schema = schema
        self._place = 0
        self._open = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._next
        self._place += 1
        return token

    def _take_if(self, *wanted: str) -> bool:
        """Read on if the next token is this word or sign."""
        if self._next.kind in ("word", "sign") and self._next.text.lower() in wanted:
            self._place += 1
            return True
        return False

    def _expect(self, wanted: str, why: str) -> None:
        if not self._take_if(wanted):
            raise self._wrong(f"{wanted!r} {why}")

    def _wrong(self, wanted: str) -> ConditionInvalid:
        token = self._next
        found = "the end" if token.kind == "end" else repr(token.text[:40])
        return ConditionInvalid(f"expected {wanted}, found {found}", token.position)

    def expect_end(self) -> None:
        if self._next.kind != "end":
            raise self._wrong("and, or, or the end")

    def condition(self) -> Condition:
        parts = [self._both()]
        while self._take_if("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._part()]
        while self._take_if("and"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _part(self) -> Condition:
        opened = self._next
        if self._take_if("not"):
            self._deeper(opened)
            made: Condition = Not(self._part())
        elif self._take_if("("):
            self._deeper(opened)
            made = self.condition()
            self._expect(")", f"to close the bracket of character {opened.position}")
        else:
            return self._test()
        self._open -= 1
        return made

    def _deeper(self, opened: _Token) -> None:
        self._open += 1
        if self._open > MAX_OPEN:
            raise ConditionInvalid(f"more than {MAX_OPEN} brackets are open", opened.position)

    def _test(self) -> Condition:
        item = self._item()
        if self._next.kind == "sign" and self._next.text in COMPARISONS:
            operator = self._take()
            value = self._next
            raw = self._value()
            return _at(value, lambda: make_compare(item, COMPARISONS[operator.text], raw))
        if self._take_if("is"):
            no = self._take_if("not")
            self._expect("null", "after is")
            return _turned(Missing(item.name), no=no)
        no = self._take_if("not")
        return _turned(self._worded_test(item), no=no)

    def _worded_test(self, item: Item) -> Condition:
        value = self._next
        if self._take_if("in"):
            raws = self._list()
            return _at(value, lambda: make_among(item, raws))
        if self._take_if("starts"):
            self._expect("with", "after starts")
            value = self._next
            raw = self._value()
            return _at(value, lambda: make_starts(item, raw))
        if self._take_if("between"):
            value = self._next
            low = self._value()
            self._expect("and", "and the upper value")
            high = self._value()
            return _at(value, lambda: make_between(item, low, high))
        raise self._wrong(f"=, !=, <, <=, >, >=, in, is, starts with or between after {item.name}")

    def _list(self) -> list[Any]:
        self._expect("(", "after in")
        raws = [self._value()]
        while self._take_if(","):
            raws.append(self._value())
        self._expect(")", "or a comma")
        return raws

    def _item(self) -> Item:
        token = self._next
        if token.kind == "name":
            self._place += 1
            return find_item(token.text[1:-1], self._schema, token.position)
        if token.kind != "word" or token.text.lower() in KEYWORDS:
            raise self._wrong("the name of an item")
        self._place += 1
        return find_item(token.text, self._schema, token.position)

    def _value(self) -> Any:
        token = self._next
        if token.kind == "text":
            self._place += 1
            quote = token.text[0]
            return token.text[1:-1].replace(quote * 2, quote)
        if token.kind == "number":
            self._place += 1
            return int(token.text) if token.text.lstrip("-").isdigit() else Decimal(token.text)
        if self._take_if("true"):
            return True
        if self._take_if("false"):
            return False
        raise self._wrong('a value: a text in quotes such as "990100", a number, true or false')


def _at(token: _Token, make: Callable[[], Condition]) -> Condition:
    """The test, or what is wrong with its value and where."""
    try:
        return make()
    except ValueError as error:
        raise ConditionInvalid(str(error), token.position) from None


def _turned(test: Condition, *, no: bool) -> Condition:
    return Not(test) if no else test
