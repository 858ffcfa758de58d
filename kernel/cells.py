"""How cells of lists are drawn: by functions of the row and the value, which give text or HTML.

A page has hundreds of cells, and each drawn by a template of its own would cost twenty times as
much. What is not marked as HTML is escaped where the cells come together.
"""

import html
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.utils import timezone
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from kernel.pages import address_of

Draw = Callable[[Any, Any], Any]
NONE = "–"
_SPECIAL = re.compile("[&<>\"']").search


def text(row: Any, value: Any) -> Any:
    """The value as it stands; a dash where it is empty."""
    return value if isinstance(value, str) and value else number(row, value or None)


def number(row: Any, value: Any) -> Any:
    """The value as it stands, nought too; a dash where there is none."""
    return NONE if value is None else localize(_local(value))


def badge(row: Any, value: Any) -> str:
    """The value as a badge."""
    return toned(value)


def code(row: Any, value: Any) -> str:
    """A code or an identifier."""
    return markup("<code>{}</code>", value) if value else NONE


def nowrap(row: Any, value: Any) -> str:
    """The value on one line."""
    return markup('<span class="nowrap">{}</span>', value)


def day(row: Any, value: date | None) -> str:
    """A day, or that of a moment."""
    return f"{_local(value):%Y-%m-%d}" if value else NONE


def moment(row: Any, value: datetime | None) -> str:
    """A moment to the minute."""
    return f"{_local(value):%Y-%m-%d %H:%M}" if value else NONE


def second(row: Any, value: datetime | None) -> str:
    """A moment to the second."""
    return f"{_local(value):%Y-%m-%d %H:%M:%S}" if value else NONE


def worded(path: str) -> Draw:
    """A badge of the row's pair (words, tone) at ``path``; a dash where there is none."""
    pair_of = attrgetter(path)

    def draw(row: Any, value: Any) -> str:
        pair = pair_of(row)
        return toned(*pair) if pair else NONE

    return draw


def linked(page: str, path: str = "pk") -> Draw:
    """The value as a link to the page of this name of the row whose key is at ``path``."""
    key_of = attrgetter(path)

    def draw(row: Any, value: Any) -> str:
        return anchor(address_of(page, key_of(row)), value or NONE)

    return draw


def listed(path: str) -> Draw:
    """The row's sentences at ``path``, one below the other."""
    sentences_of = attrgetter(path)

    def draw(row: Any, value: Any) -> str:
        return below(sentences_of(row))

    return draw


def toned(words: Any, tone: str = "") -> str:
    """A badge in the colour of what it says."""
    return markup('<span class="badge{}">{}</span>', tone and f" {tone}", words)


def muted(words: Any) -> str:
    """Words beside what matters."""
    return markup('<span class="muted">{}</span>', words)


def anchor(address: str, words: Any) -> str:
    """A link."""
    return markup('<a href="{}">{}</a>', address, words)


def below(sentences: Iterable[Any]) -> str:
    """Sentences, one below the other."""
    lines = joined(markup("<li>{}</li>", one) for one in sentences)
    return markup('<ul class="plain">{}</ul>', lines)


def beside(*parts: Any) -> str:
    """What there is of the parts, side by side."""
    return joined((part for part in parts if part), " ")


def markup(pattern: str, *parts: Any) -> SafeString:
    """The pattern as HTML with the parts in its places, escaped where they are not HTML."""
    return SafeString(pattern.format(*map(escaped, parts)))


def joined(parts: Iterable[Any], between: str = "") -> SafeString:
    """The parts as HTML, escaped where they are not."""
    return SafeString(between.join(map(escaped, parts)))


def escaped(part: Any) -> str:
    """As ``conditional_escape``, but for the question whether anything is to stay lazy."""
    kind = type(part)
    if kind is SafeString:
        return part  # type: ignore[no-any-return]
    if kind is str:
        # Most texts need none: letters and digits are told from others at once.
        return part if part.isalnum() or not _SPECIAL(part) else html.escape(part)
    said = str(part) if isinstance(part, Promise) else part
    return said.__html__() if hasattr(said, "__html__") else html.escape(str(said))


def _local(value: Any) -> Any:
    is_aware = isinstance(value, datetime) and timezone.is_aware(value)
    return timezone.localtime(value) if is_aware else value
