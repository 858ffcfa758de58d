"""How Chinese sounds: pinyin without what typists leave out or hear alike. Pure."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from types import ModuleType

from catalog.search.cutting import cut

_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvvnnnm")
LONGEST_SYLLABLE = 6
MAX_READINGS = 4


@cache
def pinyin() -> ModuleType:
    """The library, at the first need: its dictionaries take 55 MB, which most workers never look
    at."""
    import pypinyin.constants

    return pypinyin


def fold(syllable: str) -> str:
    """One spelling for what sounds alike to many: zh/z, ch/c, sh/s, and n or ng at the end."""
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    return syllable[:-1] if syllable.endswith("ng") else syllable


@cache
def readings(character: str) -> tuple[str, ...]:
    """The folded syllables that a character is read as; empty if it has no pinyin."""
    known = pinyin().constants.PINYIN_DICT.get(ord(character), "")
    plain = (reading.translate(_TONES) for reading in known.split(",") if reading)
    return tuple(dict.fromkeys(fold(reading) for reading in plain))


@lru_cache(maxsize=20_000)
def syllables(run: str) -> tuple[str, ...]:
    """The folded syllables of a run of Chinese characters, each word read as it is read."""
    return tuple(sound for word in cut(run) for sound in _of_word(word))


# Words come again and again, names hardly ever.
@lru_cache(maxsize=50_000)
def _of_word(word: str) -> tuple[str, ...]:
    return tuple(fold(reading) for reading in pinyin().lazy_pinyin(word, v_to_u=False))


@cache
def _all_syllables() -> frozenset[str]:
    # The common characters' readings: rare ones bring sounds that are no syllable, such as "n".
    common = range(0x4E00, 0x9FA6)
    found = {sound for code in common for sound in readings(chr(code))}
    return frozenset(found - {"n", "m", "hm", "r", "g"})


@lru_cache(maxsize=10_000)
def spelled(letters: str) -> tuple[tuple[str, ...], ...]:
    """Ways to read letters as folded syllables, the fewest syllables first, MAX_READINGS at most.

    The last one may be the beginning of a syllable, and then ends in "*". Empty: not pinyin.
    """
    whole = sorted(_ways(letters), key=len)[:MAX_READINGS]
    if whole:
        return tuple(whole)
    for end in range(len(letters) - 1, max(len(letters) - LONGEST_SYLLABLE, 1), -1):
        begun = sorted(_ways(letters[:end]), key=len)[:MAX_READINGS]
        if begun and any(sound.startswith(letters[end:]) for sound in _all_syllables()):
            return tuple((*way, f"{letters[end:]}*") for way in begun)
    return ()


def _ways(letters: str) -> list[tuple[str, ...]]:
    """Every way through, up to a bound, by the longest syllables first."""
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    steps = 0
    while waiting and steps < 400 and len(found) < 4 * MAX_READINGS:
        steps += 1
        start, way = waiting.pop()
        if start == len(letters):
            found.append(way)
            continue
        waiting += [(end, (*way, sound)) for end, sound in _next_syllables(letters, start)]
    return found


def _next_syllables(letters: str, start: int) -> Iterator[tuple[int, str]]:
    for end in range(start + 1, min(start + LONGEST_SYLLABLE, len(letters)) + 1):
        sound = fold(letters[start:end])
        # "gan" is either "gan" or the beginning of "gang": both folds are tried by their ends.
        if sound in _all_syllables() and re.fullmatch("[a-z]+", sound):
            yield end, sound


def sound_pairs(run: str) -> set[tuple[str, str]]:
    """Neighbouring syllables of a run, in its words' readings and in each character's first."""
    read = syllables(run)
    found = set(pairwise(read))
    if len(read) == len(run):
        first = [(readings(c) or (sound,))[0] for c, sound in zip(run, read, strict=True)]
        found |= set(pairwise(first))
    return found


def initials(run: str) -> str:
    """The first letters of a run's syllables."""
    return "".join(sound[0] for sound in syllables(run))
