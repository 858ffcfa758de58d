"""A resource's name taken apart: what it is about, and where, when and whose it is."""

import re
import unicodedata
from dataclasses import dataclass

from catalog.likeness.places import Gazetteer
from catalog.likeness.words import COUNTS, GENERAL, LISTS, fold, opposed_words

_DIGITS = "零〇一二三四五六七八九十"
_MARKS = re.compile(
    r"(?:19|20)\d\d(?:-(?:19|20)?\d\d)?(?:年度|学年|年)?"
    rf"|二[零〇][{_DIGITS}]{{2}}年(?:度)?"
    rf"|第?[{_DIGITS}\d]+季度|[{_DIGITS}\d]{{1,3}}月份?|[上下]半年"
    rf"|第[{_DIGITS}\d]+[批期届次轮]|\d+(?:\.\d+)?"
    r"|(?:国家|省|市|县|区|镇|乡|村|自治区)本?级"
    r"|第[一二三四五六七八九十]+"
)
_TOWN = re.compile(r"^[一-鿿]{2}(?:镇(?!级)|(?<!城)乡(?![镇级村])|街道|社区)")
_ORGAN = re.compile(r"^[一-鿿]{2,14}?(?:分局|局|(?<!大)厅|委员会|办公室|法院|检察院)(?=.)")
_DENIED = re.compile("非(?!物质|机动|税|遗|公)|未(?!来|成年)|不(?!动产|良|锈|同)")
_PLAIN = re.compile(r"[\W_]+")
_LEVEL = re.compile(r"^市(?![场政民容区])")
_NUMERALS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_KIND = {"年度": "", "学年": "", "年": "", "月份": "月", "本级": "级"}


@dataclass(frozen=True)
class NameParts:
    """``core`` is what the resource is about; ``marks`` tell it from others of its series."""

    core: str
    place: str
    is_wide: bool
    marks: frozenset[str]
    organ: str
    opposed: frozenset[str]
    is_list: bool
    is_count: bool
    is_denied: bool


def plain(text: str) -> str:
    """The text without punctuation, width and case."""
    return _PLAIN.sub("", unicodedata.normalize("NFKC", text).casefold())


def office_of(department: str, gazetteer: Gazetteer) -> str:
    """What a department is, without where it is."""
    bare = gazetteer.strip(plain(department))
    return fold(re.sub("^市|^县|^区", "", bare)) or plain(department)


def take_apart(name: str, department: str, gazetteer: Gazetteer) -> NameParts:
    """The parts of a name as this department uses it."""
    text = unicodedata.normalize("NFKC", name).casefold()
    place = gazetteer.closest((text, plain(department)))
    marks = {_mark(found) for found in _MARKS.findall(text)}
    bare = gazetteer.strip(plain(_MARKS.sub("", text)))
    office = gazetteer.strip(plain(department))
    short = office.removeprefix("市")
    for own in (plain(department), *(f"{level}{short}" for level in "省市县区"), office, short):
        if len(own) > 2:
            bare = bare.replace(own, "")
    bare = _LEVEL.sub("", bare)
    # A town or a street at the beginning tells whose part of the table it is.
    marks |= {found[0] for found in [_TOWN.match(bare)] if found}
    organ, rest = _organ(bare)
    core = about(rest) or about(bare) or plain(name)
    if organ and fold(organ) == office_of(department, gazetteer):
        organ = ""
    return NameParts(
        core=core,
        place=place,
        is_wide=gazetteer.is_wide(place),
        marks=frozenset(marks - {""}),
        organ=fold(organ),
        opposed=opposed_words(GENERAL.sub("", bare)),
        is_list=bool(LISTS.search(bare)),
        is_count=bool(COUNTS.search(bare)),
        is_denied=bool(_DENIED.search(rest)),
    )


def about(text: str) -> str:
    """The text without general words, in the forms that stand for all."""
    return fold(GENERAL.sub("", fold(text)))


def _organ(bare: str) -> tuple[str, str]:
    found = _ORGAN.match(bare)
    if not found or len(about(bare[found.end() :])) < 2:
        return "", bare
    return found[0], bare[found.end() :]


def _mark(found: str) -> str:
    found = found.translate(_NUMERALS).replace("第", "")
    for long, short in _KIND.items():
        if found.endswith(long):
            return found.removesuffix(long) + short
    return found
