"""Where a text holds what was asked for: ranges of characters, for a page to mark. Pure."""

import re
from collections.abc import Iterable, Iterator

from catalog.search.query import Asked
from catalog.search.sounds import spelled, syllables
from catalog.search.words import is_chinese, normalised, pairs, runs

Range = tuple[int, int]
SNIPPET, BEFORE = 80, 20


def marks(asked: Asked, text: str) -> list[Range]:
    """Start and end of each place that answers, in order and without overlap."""
    # One character may become several when it is normalised: then places would be wrong.
    plain = "".join(one if len(one := normalised(c)) == 1 else c for c in text)
    found = [place for word in _words(asked) for place in _places(word, plain)]
    found += [place for way in _ways(asked) for place in _spoken(way, plain)]
    if not found:
        shorter = {pair for run in asked.runs if is_chinese(run) for pair in pairs(run)}
        found = [place for pair in shorter for place in _places(pair, plain)]
    return _joined(found)


def snippet(asked: Asked, text: str) -> tuple[str, list[Range]]:
    """SNIPPET characters of a text around the first place that answers, and its places."""
    places = marks(asked, text)
    start = max(places[0][0] - BEFORE, 0) if places else 0
    part = text[start : start + SNIPPET]
    return part, marks(asked, part)


def _words(asked: Asked) -> Iterator[str]:
    for term in asked.terms:
        yield from (word for word in (term.word, *term.others) if is_chinese(word) or len(word) > 1)


def _places(word: str, text: str) -> Iterator[Range]:
    return (found.span() for found in re.finditer(re.escape(word), text))


def _ways(asked: Asked) -> Iterator[tuple[str, ...]]:
    for term in asked.terms:
        if not term.is_chinese:
            yield from spelled(term.word)
            if term.word.isalpha():
                yield tuple(f"{letter}*" for letter in term.word)


def _spoken(way: tuple[str, ...], text: str) -> Iterator[Range]:
    """Places whose characters sound like the syllables; one with "*" is the beginning of one."""
    for found in re.finditer(r"[㐀-鿿]+", text):
        sounds = syllables(found[0])
        if len(sounds) != len(found[0]):
            continue
        for at in range(len(sounds) - len(way) + 1):
            if len(way) > 1 and all(map(_sounds, sounds[at:], way)):
                yield found.start() + at, found.start() + at + len(way)


def _sounds(heard: str, asked: str) -> bool:
    return heard.startswith(asked[:-1]) if asked.endswith("*") else heard == asked


def _joined(places: Iterable[Range]) -> list[Range]:
    done: list[Range] = []
    for start, end in sorted(places):
        if done and start <= done[-1][1]:
            done[-1] = (done[-1][0], max(end, done[-1][1]))
        else:
            done.append((start, end))
    return done


def meant(asked: Asked, names: Iterable[str]) -> str | None:
    """What was probably meant: the question with a run put right after one of these names.

    None if one of them holds the question as it was typed.
    """
    names = list(names)
    if any(all(run in _key(name) for run in asked.runs) for name in names):
        return None
    for name in names:
        fixed = [_mended(run, name) for run in asked.runs]
        if fixed != asked.runs:
            return " ".join(fixed)
    return None


def _mended(run: str, name: str) -> str:
    """The stretch of the name that sounds like the run, or differs in one character; or the run."""
    if run in _key(name):
        return run
    if not is_chinese(run):
        return _from_sounds(run, name)
    size, best = len(run), run
    for other in runs(name):
        for at in range(len(other) - size + 1 if is_chinese(other) else 0):
            part = other[at : at + size]
            if size > 1 and syllables(part) == syllables(run):
                return part
            if size > 2 and sum(map(str.__ne__, part, run)) == 1:
                best = part
    return best


def _key(name: str) -> str:
    return "".join(runs(name))


def _from_sounds(letters: str, name: str) -> str:
    plain = normalised(name)
    for way in spelled(letters):
        for start, end in _spoken(way, plain):
            return plain[start:end]
    return letters
