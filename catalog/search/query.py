"""What somebody typed, as questions to the index: strict, by name, and forgiving. Pure."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from catalog.search.cutting import cut
from catalog.search.sounds import spelled, syllables
from catalog.search.words import GENERAL, IN_NAME, INITIALS, SOUND, is_chinese, pairs, runs

# Longer questions are cut: nobody means more words than this.
MAX_TERMS, MAX_QUESTION = 12, 100
LONGEST_TYPO = 12
_LINKS = "的和及与之在等或了是有"
_PLACE_ENDS = "省市县区州盟旗镇乡"


class Term(NamedTuple):
    """One word of the question with the words that are taken for it."""

    word: str
    others: tuple[str, ...] = ()

    @property
    def is_chinese(self) -> bool:
        """True for Chinese, False for Latin letters and digits."""
        return is_chinese(self.word)

    @property
    def is_general(self) -> bool:
        """True for a word that chooses nothing."""
        return self.word in GENERAL

    @property
    def is_place(self) -> bool:
        """True for what looks like the name of a place."""
        return 2 <= len(self.word) <= 5 and self.word[-1] in _PLACE_ENDS

    def anywhere(self) -> str:
        """Its question to the whole entry."""
        return _any(_word(word, "") for word in (self.word, *self.others))

    def in_name(self) -> str:
        """Its question to the name."""
        return _any(_word(word, IN_NAME) for word in (self.word, *self.others))


class Asked:
    """A question, read once."""

    def __init__(self, text: str, synonyms: Iterable[Sequence[str]] = ()) -> None:
        self.runs = runs(text[:MAX_QUESTION])
        known = _synonyms(synonyms)
        self.terms = tuple(
            Term(word, known.get(word, ())) for run in self.runs for word in _words(run, known)
        )[:MAX_TERMS]

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to look for."""
        return not self.terms

    @cached_property
    def key(self) -> str:
        """What was typed, without spaces and punctuation."""
        return "".join(self.runs)

    @cached_property
    def strict(self) -> str:
        """All words, anywhere."""
        return _all(term.anywhere() for term in self.terms)

    @cached_property
    def by_name(self) -> str:
        """All words, in the name."""
        return _all(term.in_name() for term in self.terms)

    @cached_property
    def heard(self) -> str:
        """All words, or what sounds like them: wrong characters mostly sound right."""
        return _any((self.strict, _all(_heard(run) for run in self.runs)))

    @cached_property
    def forgiving(self) -> str:
        """All words but for one wrong character, or but one; the general ones may be missing."""
        typed = _all(_mistyped(run) for run in self.runs)
        return _any(part for part in (self.heard, typed, self._but_one()) if part)

    @cached_property
    def loose(self) -> str:
        """Any of the words that choose something: the last resort."""
        return _any(term.anywhere() for term in self.choosing)

    @cached_property
    def choosing(self) -> tuple[Term, ...]:
        """The words that choose something; all of them if none does."""
        chosen = tuple(t for t in self.terms if not (t.is_general or t.is_place))
        return chosen or tuple(t for t in self.terms if not t.is_general) or self.terms

    @cached_property
    def core(self) -> str:
        """The words that choose something, all of them or but one."""
        return self._but_one()

    def _but_one(self) -> str:
        terms = [term.anywhere() for term in self.choosing]
        if len(terms) < 3:
            return _all(terms)
        return _any(_all(terms[:at] + terms[at + 1 :]) for at in range(len(terms)))


def _words(run: str, known: dict[str, tuple[str, ...]]) -> list[str]:
    """The words of a run; a phrase that has synonyms is one word."""
    if not is_chinese(run) or len(run) == 1:
        return [run]
    for phrase in sorted(known, key=len, reverse=True):
        before, found, behind = run.partition(phrase)
        if found:
            rest = ((_words(part, known) if part else []) for part in (before, behind))
            left, right = rest
            return [*left, phrase, *right]
    return _glued(cut(run))


def _glued(words: Sequence[str]) -> list[str]:
    """Words of two characters or more: single ones belong together, or to the word beside them."""
    found: list[str] = []
    single = ""
    for word in words:
        if len(word) == 1:
            single += "" if word in _LINKS else word
        else:
            # Two single ones are a word that the dictionary lacks; one begins the next word.
            found += [single, word] if len(single) > 1 else [single + word]
            single = ""
    if len(single) == 1 and found:
        found[-1] += single
    elif single:
        found.append(single)
    return found


def _synonyms(sets: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for words in sets:
        keys = ["".join(runs(word)) for word in words]
        for key in keys:
            if len(key) > 1:
                others = (*found.get(key, ()), *(other for other in keys if other != key))
                found[key] = tuple(dict.fromkeys(others))
    return found


def _word(word: str, mark: str) -> str:
    if is_chinese(word):
        if len(word) == 1:
            return _lexeme(IN_NAME + word)
        return _all(_lexeme(mark + pair) for pair in pairs(word))
    ways = [_lexeme(mark + word), *map(_spoken, spelled(word))]
    if word.isalpha() and 2 <= len(word) <= 8:
        triples = [word] if len(word) == 2 else [word[at : at + 3] for at in range(len(word) - 2)]
        ways.append(_all(_lexeme(INITIALS + triple) for triple in triples))
    return _any(way for way in ways if way)


def _spoken(sounds: Sequence[str]) -> str:
    """Neighbouring syllables; the last may be the beginning of one."""
    asked = []
    for one, other in pairwise(sounds):
        begun = other.endswith("*")
        asked.append(_lexeme(f"{SOUND}{one}-{other.rstrip('*')}") + (":*" if begun else ""))
    return _all(asked)


def _heard(run: str) -> str:
    if not is_chinese(run):
        return _word(run, "")
    return _spoken(syllables(run)) if len(run) > 1 else _word(run, "")


def _mistyped(run: str) -> str:
    """The run with any one of its characters wrong; single ones left over must be in the name."""
    if not is_chinese(run) or not 3 <= len(run) <= LONGEST_TYPO:
        return _word(run, "")
    return _any(
        _all(_word(part, "") for part in (run[:at], run[at + 1 :]) if part)
        for at in range(len(run))
    )


def _lexeme(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'"


def _all(parts: Iterable[str]) -> str:
    return _join(parts, " & ")


def _any(parts: Iterable[str]) -> str:
    return _join(parts, " | ")


def _join(parts: Iterable[str], sign: str) -> str:
    found = list(dict.fromkeys(part for part in parts if part))
    return found[0] if len(found) == 1 else f"({sign.join(found)})" if found else ""
