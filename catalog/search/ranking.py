"""How well an entry answers a question: the words asked for, where they stand, what else there is.

The index chooses the candidates, this orders them. Pure.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

from catalog.search.cutting import cut
from catalog.search.hits import Hit
from catalog.search.query import Asked, Term
from catalog.search.sounds import spelled, syllables
from catalog.search.words import is_chinese, normalised, pairs, runs

_PLACE = re.compile(r"^(?:[一-鿿]{2,4}?[省市州盟])?(?:[一-鿿]{2,4}?[县区旗])?(?=..)")
# What a word is worth by where it is found.
NAME, SYNONYM, HOMOPHONE, PART = 1.0, 0.9, 0.85, 0.6
KEYWORD, DEPARTMENT, ABSTRACT = 0.5, 0.5, 0.35
WORDS, WHOLE, EXACT, COVERED, HEARD = 10.0, 2.0, 4.0, 4.0, 4.0
GENERAL_WEIGHT, PLACE_WEIGHT = 0.15, 0.8
# General words at the end of a name say little of what else it is about.
_TAIL = re.compile(
    "(?:基本)?(?:信息库|数据库|信息|数据|情况|统计|明细|汇总|名单|清单|目录|名录|一览|登记)*[表册]?$"
)


def by_name(asked: Asked, found: Sequence[tuple[Any, str]], *, by_sound: bool = False) -> list[Any]:
    """The keys of the candidates, the best first by their names alone."""
    hits = [Hit(key, key, "", name, key) for key, name in found]
    return [hit.id for hit in ranked(asked, hits, by_sound=by_sound)]


def ranked(asked: Asked, found: Sequence[Hit], *, by_sound: bool = False) -> list[Hit]:
    """The entries, the best first; equals by the shorter name, then by name and key.

    ``by_sound`` compares sounds too, for questions that may hold wrong characters.
    """
    heard = by_sound or not all(term.is_chinese for term in asked.terms)
    marked = [
        (-score(asked, one, by_sound=heard), len(one.name), one.name, str(one.id), one)
        for one in found
    ]
    return [one for *_, one in sorted(marked, key=lambda mark: mark[:4])]


def score(asked: Asked, one: Hit, *, by_sound: bool = False) -> float:
    """How well the entry answers; comparable within one question only."""
    name = _key(one.name)
    weights = [_weight(term) for term in asked.terms]
    worth = sum(
        weight * _worth(term, name, one, by_sound)
        for term, weight in zip(asked.terms, weights, strict=True)
    )
    points = WORDS * worth / (sum(weights) or 1)
    points += WHOLE * (asked.key in name) + EXACT * (asked.key == name)
    points += COVERED * _shared(_pairs(asked.key), _pairs(_core(name)))
    return points + (HEARD * _sounds_like(asked, name) if by_sound else 0.0)


def likeness(name: str, other: str) -> float:
    """How much two names have in common, 0 to 1, places in front and general words behind aside."""
    one, two = (_PLACE.sub("", _core(_key(text))) for text in (name, other))
    return _shared(_pairs(one), _pairs(two))


def _weight(term: Term) -> float:
    if term.is_general:
        return GENERAL_WEIGHT
    return PLACE_WEIGHT if term.is_place else 1.0 + 0.2 * min(len(term.word) - 2, 3)


def _worth(term: Term, name: str, one: Hit, by_sound: bool) -> float:
    if term.word in name:
        return NAME
    if any(other in name for other in term.others):
        return SYNONYM
    words = (term.word, *term.others)
    if term.is_chinese:
        if by_sound and _said_at(syllables(term.word), syllables(name)):
            return HOMOPHONE
        part = max(_share(_pairs(word), _pairs(name)) for word in words)
        elsewhere = max(_elsewhere(word, one) for word in words)
        return max(PART * part, elsewhere)
    return _spoken_in(term.word, one.name) or _elsewhere(term.word, one)


def _elsewhere(word: str, one: Hit) -> float:
    if any(word in _key(keyword) for keyword in one.keywords):
        return KEYWORD
    if word in _key(one.department):
        return DEPARTMENT
    return ABSTRACT if word in _key(one.abstract) else 0.0


def _sounds_like(asked: Asked, name: str) -> float:
    """The share of sounds in common, for questions in pinyin or with a wrong character."""
    if asked.key in name:
        return 0.0
    said = _sound_pairs(asked.key)
    best = _shared(said, _sound_pairs(name)) if said else 0.0
    for term in asked.terms:
        for way in () if term.is_chinese else spelled(term.word):
            best = max(best, _shared(frozenset(pairwise(way)), _sound_pairs(_core(name))))
    return best


def _spoken_in(letters: str, name: str) -> float:
    """What letters are worth that the name's syllables or their initials spell: whole words more
    than what begins or ends inside one."""
    best = 0.0
    for run in (run for run in runs(name) if is_chinese(run)):
        sounds, edges = syllables(run), _edges(run)
        if len(sounds) != len(run):
            continue
        heads = "".join(sound[0] for sound in sounds)
        places = [(at, at + len(letters)) for at in _all_places(letters, heads)]
        places += [place for way in spelled(letters) for place in _said_at(way, sounds)]
        for start, end in places:
            best = max(best, NAME if start in edges and end in edges else PART)
    return best


def _all_places(part: str, whole: str) -> list[int]:
    return [at for at in range(len(whole)) if whole.startswith(part, at)]


def _said_at(way: Sequence[str], sounds: Sequence[str]) -> list[tuple[int, int]]:
    size = len(way)
    return [
        (at, at + size)
        for at in range(len(sounds) - size + 1)
        if all(
            heard.startswith(said.rstrip("*")) if said.endswith("*") else heard == said
            for heard, said in zip(sounds[at:], way, strict=False)
        )
    ]


def _edges(run: str) -> frozenset[int]:
    """Where words begin and end."""
    return frozenset(accumulate(map(len, cut(run)), initial=0))


def _core(name: str) -> str:
    return _TAIL.sub("", name) or name


@lru_cache(maxsize=20_000)
def _key(text: str) -> str:
    return "".join(runs(normalised(text)))


@lru_cache(maxsize=20_000)
def _pairs(key: str) -> frozenset[str]:
    return frozenset(pairs(key))


@lru_cache(maxsize=20_000)
def _sound_pairs(key: str) -> frozenset[tuple[str, str]]:
    return frozenset(
        pair for run in runs(key) if is_chinese(run) for pair in pairwise(syllables(run))
    )


def _share(part: frozenset[Any], whole: frozenset[Any]) -> float:
    return len(part & whole) / len(part) if part else 0.0


def _shared(one: frozenset[Any], other: frozenset[Any]) -> float:
    """Dice's measure: 1 for equal sets, 0 for nothing in common."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
