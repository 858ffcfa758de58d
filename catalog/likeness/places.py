"""Places in names, learned from the names of the departments: there is no list of them to keep."""

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence

_PROVINCE = re.compile(
    r"^((?:(?![市县区省年])[一-鿿]){2,3}省|(?:(?![市县区省年])[一-鿿]){2,6}?自治区)"
)
_STEP = re.compile(r"([一-鿿]{1,3}?)(市|县|区|旗|州(?!市))")
# Words that end as places do.
_ENDINGS = """
红旗 各园区 高新区 自贸区 经开区 主城区 建成区 老城区 中心区 行政区 风景区 功能区 摘帽县 贫困县
试点县 规划区 新区 老区 林区 矿区 片区 库区 禁区 战区 军区 大区 分区
城市 超市 都市 小区 社区 辖区 园区 地区 市区 城区 景区 校区 山区 郊区 牧区 灾区 库区 区县 县区
各区 各市 各县 全市 全县 全区 本市 本县 本区 我市 我县 我区 开发区 保护区 工业区 商业区 市辖区
自治区 门市 上市 夜市
"""
_NO_PLACE = tuple(_ENDINGS.split())
# A place that resources' names begin with: so many of them and this share of all, or after a
# known place (银川市兴庆区) so many; and mostly written with its kind.
OFTEN, OFTEN_SHARE, FOLLOWING, WITH_KIND = 6, 0.002, 3, 0.6
WIDE = ("市", "州", "省", "自治区", "盟")


class Gazetteer:
    """The places that departments are named after, each with its kind (市, 县, 区 ...)."""

    def __init__(self, departments: Iterable[str], names: Iterable[str] = ()) -> None:
        """``names`` are resources' names: a place that many begin with is a place too."""
        found: dict[str, Counter[str]] = {}
        for chain in map(_chain, departments):
            for stem, kind in chain:
                found.setdefault(stem, Counter())[kind] += 1
        for stem, kind in _learned(list(names), found):
            found.setdefault(stem, Counter())[kind] += 1
        self._kinds = {stem: kinds.most_common(1)[0][0] for stem, kinds in found.items()}
        stems = sorted(self._kinds, key=len, reverse=True)
        self._pattern = re.compile(
            f"({'|'.join(map(re.escape, stems)) or '(?!)'})(?:市|县|区|州|旗|省|自治区)?(?:辖区)?"
        )

    def find(self, text: str) -> list[str]:
        """The stems of the places in the text, in their order."""
        return self._pattern.findall(text)

    def strip(self, text: str) -> str:
        """The text without its places."""
        return self._pattern.sub("", text)

    def is_wide(self, place: str) -> bool:
        """True for a city or a province, and for no place at all."""
        return not place or self._kinds.get(place, "") in WIDE

    def closest(self, texts: Iterable[str]) -> str:
        """The first county or district in the texts; else the first city; else nothing."""
        every = [place for text in texts for place in self.find(text)]
        near = [place for place in every if not self.is_wide(place)]
        wide = [place for place in every if self._kinds[place] not in ("省", "自治区")]
        return (near or wide or every or [""])[0]


def _chain(name: str) -> list[tuple[str, str]]:
    return list(_places_of(unicodedata.normalize("NFKC", name).removeprefix("市")))


def _learned(names: Sequence[str], known: Container[str]) -> Iterator[tuple[str, str]]:
    """Stem and kind of the places that names begin with, and of those that follow them."""
    first: Counter[tuple[str, str]] = Counter()
    following: dict[str, Counter[tuple[str, str]]] = {}
    for chain in filter(None, map(_chain, names)):
        first[chain[0]] += 1
        following.setdefault(chain[0][0], Counter()).update(chain[1:])
    least = max(OFTEN, len(names) * OFTEN_SHARE)
    begin = {place: number for place, number in first.items() if number >= least}
    begin = _with_kind(begin, names)
    yield from begin
    known_first = {stem for stem, _ in begin}
    after: Counter[tuple[str, str]] = Counter()
    for stem, places in following.items():
        if stem in known_first or stem in known:
            after.update(places)
    yield from _with_kind({p: n for p, n in after.items() if n >= FOLLOWING}, names)


def _with_kind(
    places: dict[tuple[str, str], int], names: Sequence[str]
) -> dict[tuple[str, str], int]:
    """Those that are mostly written with their kind: 银川市, and not 中心 of 中心区."""
    if not places:
        return {}
    stems = re.compile("|".join(re.escape(stem) for stem, _ in places))
    written = Counter(found for name in names for found in set(stems.findall(name)))
    return {
        place: number for place, number in places.items() if number >= WITH_KIND * written[place[0]]
    }


def _places_of(name: str) -> Iterable[tuple[str, str]]:
    province = _PROVINCE.match(name)
    if province:
        whole = province[1]
        stem = whole.removesuffix("省").removesuffix("自治区")
        yield stem, "省" if whole.endswith("省") else "自治区"
        name = name[province.end() :]
    while found := _STEP.match(name):
        stem, kind = found[1], found[2]
        if _is_no_place(found[0]) or (len(stem) < 2 and kind != "县"):
            return
        # A county of one character is never written without its kind.
        yield (stem if len(stem) > 1 else found[0]), kind
        name = name[found.end() :]


def _is_no_place(text: str) -> bool:
    # A district's name may well end in the character that such a word begins with.
    return text in _NO_PLACE or (len(text) > 3 and text.endswith(_NO_PLACE))
