"""What a text is found by: the lexemes of search, with marks that tell where they stand. Pure.

====  ==========================================================================
mark  lexeme
====  ==========================================================================
none  a word or a pair of neighbouring characters, anywhere in the entry
@     the same in the name; also its single characters
~     two neighbouring syllables of the name or of the department ("~gon-ji")
^     initials: of a word of two, or three in a row of the name ("^gjj")
====  ==========================================================================

Marks in the lexeme rather than weights: the index alone answers, and no document is opened to
see where a word stands.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from catalog.search.cutting import cut
from catalog.search.sounds import initials, sound_pairs

IN_NAME, SOUND, INITIALS = "@", "~", "^"
_RUN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]+|[a-z0-9]+")
# The longest lexeme and the most that one document keeps: no text can make a row too large.
MAX_WORD, MAX_LEXEMES = 60, 6_000

# Words that stand in so many names that they choose nothing; asked for, they may be missing.
_GENERAL = (
    "信息 数据 情况 统计 统计表 信息表 明细 明细表 汇总 汇总表 登记表 一览表 相关 有关 基本 名单",
    "清单 目录 名录 列表 资料 内容 记录 公示 公开 公布 查询 下载 全市 全县 全区 本市 年度 历年",
    "最新 所有 哪些 什么 怎么 如何 我要 需要 关于 以及 或者 进行",
)
GENERAL = frozenset(word for line in _GENERAL for word in line.split(" "))


class Text(NamedTuple):
    """The words of an entry in the order of their worth."""

    name: str
    department: str = ""
    others: tuple[str, ...] = ()


def normalised(text: str) -> str:
    """Width and case as search compares them."""
    return unicodedata.normalize("NFKC", text).casefold()


def runs(text: str) -> list[str]:
    """Stretches of Chinese characters, and of Latin letters and digits, in their order."""
    return _RUN.findall(normalised(text))


def is_chinese(run: str) -> bool:
    """True for a stretch of Chinese characters."""
    return not run[0].isascii()


def pairs(run: str) -> Iterator[str]:
    """Neighbouring characters."""
    return (a + b for a, b in pairwise(run))


def _of_run(run: str) -> Iterator[str]:
    if not is_chinese(run):
        yield run[:MAX_WORD]
        return
    yield from pairs(run)
    yield from (word for word in cut(run) if 3 <= len(word) <= MAX_WORD)


def _of_name(run: str) -> Iterator[str]:
    yield from (IN_NAME + word for word in _of_run(run))
    if is_chinese(run):
        yield from (IN_NAME + character for character in run)
        yield from _heard(run)
        heads = initials(run)
        yield from (INITIALS + heads[at : at + 3] for at in range(len(heads) - 2))
        yield from (INITIALS + initials(word) for word in cut(run) if len(word) == 2)


def _heard(run: str) -> Iterator[str]:
    return (f"{SOUND}{a}-{b}" for a, b in sound_pairs(run))


@lru_cache(maxsize=4_000)
def _of_department(name: str) -> frozenset[str]:
    found = runs(name)
    heard = (sound for run in found if is_chinese(run) for sound in _heard(run))
    return frozenset((*(word for run in found for word in _of_run(run)), *heard))


def lexemes(text: Text) -> list[str]:
    """Every lexeme of an entry, sorted, MAX_LEXEMES at most; the name's are never left out."""
    found = {word for run in runs(text.name) for word in (*_of_run(run), *_of_name(run))}
    found |= _of_department(text.department)
    for word in _of_texts(text.others):
        if len(found) >= MAX_LEXEMES:
            break
        found.add(word)
    return sorted(found)


def _of_texts(texts: Iterable[str]) -> Iterator[str]:
    return (word for text in texts for run in runs(text) for word in _of_run(run))
