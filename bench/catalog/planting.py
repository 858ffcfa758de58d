"""Duplicates planted into the real catalogues, and neighbours that are none: truth with a seed.

The renamings are what departments do to names; nothing here knows how likeness is found.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.catalog.inventing import invent_items
from bench.catalog.real import PLACES, RealEntry, read_entries


def _pairs(text: str) -> list[tuple[str, str]]:
    """Words as they stand in a name, and what somebody else writes instead (maybe nothing)."""
    return [(old, new) for old, new in (pair.split(">") for pair in text.split())]


SHARE = 0.08
DISTRICTS = ["裕安", "金安", "叶集", "兴庆", "金凤", "西夏", "江阳", "纳溪", "龙马潭"]
WORDS = _pairs("""
信息>情况 信息>数据 信息>资料 情况>信息 名单>名册 名单>花名册 名录>目录 清单>一览表
统计表>报表 统计信息>统计情况 基本情况>概况 基本信息>基础信息 医师>医生 教师>老师 企业>公司
学校>院校 补贴>补助 地址>位置 公示>公开 残疾人>残障人士 电话>联系方式 收费>费用 台账>登记表
汇总>合计 房屋>住房 人员>人员名单 机构>单位 明细>详情 车辆>机动车 学生>在校学生 道路>公路
培训>教育培训 场所>地点 救助>救济
""")
SHORTER = _pairs("""
基本信息>信息 基本情况>情况 统计信息>统计 信息表>表 情况表> 相关信息>信息 最低生活保障>低保
人力资源和社会保障>人社 住房和城乡建设>住建 城乡居民基本养老保险>居民养老保险
基本医疗保险>医保 高新技术企业>高企 住房公积金>公积金 卫生健康>卫健 市场监督管理>市监
行政处罚>处罚 行政许可>许可 个体工商户>个体户 经营许可证>许可证 建设工程>工程
专业技术人员>专技人员 有限公司>公司 管理> 情况> 信息> 统计表> 名单>
""")
ITEM_WORDS = _pairs("""
联系电话>联系方式 联系电话>手机号码 法定代表人>法人代表 地址>详细地址
统一社会信用代码>社会信用代码 公民身份号码>身份证号 名称>全称 编号>编码 日期>时间 类型>类别
等级>级别 状态>情况 数量>数 金额>总额 负责人>主要负责人 备注>说明 发证机关>发证单位
性别>性别代码 项目>工程 单位>机构 年份>年度
""")
NEIGHBOUR_WORDS = _pairs("""
设立>注销 变更>注销 收入>支出 小学>初中 预算>决算 许可>处罚 城镇>农村 男>女 一级>二级
市级>省级 新建>改建 幼儿园>小学 公办>民办 养老>失业 医师>护士 律师>公证员 水库>河道 餐饮>住宿
图书馆>博物馆 客运>货运
""")


@dataclass(frozen=True)
class Row:
    """An entry as it stands in the catalogue under test."""

    name: str
    department: str
    abstract: str
    items: tuple[str, ...]
    city: str


@dataclass(frozen=True)
class Planted:
    """Rows in mixed order; ``same`` are the planted pairs, ``apart`` pairs that are neighbours."""

    rows: list[Row]
    same: dict[tuple[int, int], str]
    apart: dict[tuple[int, int], str]
    # Copies: their truth is known against every other row but their originals' natural twins.
    copies: set[int]


def plant(seed: int, share: float = SHARE) -> Planted:
    """The real catalogues with renamed copies of a share of them, and as many neighbours."""
    rng = random.Random(seed)
    rows = [_row(entry, rng) for entry in read_entries()]
    offices = {(row.city, row.department) for row in rows}
    by_city = {city: sorted(o for c, o in offices if c == city) for city, _ in offices}
    number = round(len(rows) * share)
    chosen = rng.sample(range(len(rows)), 2 * number)
    same: dict[tuple[int, int], str] = {}
    apart: dict[tuple[int, int], str] = {}
    for n in chosen[:number]:
        copy, how = rename(rows[n], by_city[rows[n].city], rng)
        same[n, len(rows)] = how
        rows.append(copy)
    copies = {copy for _, copy in same}
    for n in chosen[number:]:
        made = neighbours(rows[n], by_city[rows[n].city], rng)
        if made is None:
            continue
        first, second, how = made
        numbers = [n]
        for row in (first, second):
            if row is not rows[n]:
                numbers.append(len(rows))
                rows.append(row)
        apart |= dict.fromkeys(itertools.combinations(numbers, 2), how)
    return Planted(rows, same, apart, copies)


def rename(row: Row, offices: list[str], rng: random.Random) -> tuple[Row, str]:
    """The same resource as somebody else would have written it, and what was done to it."""
    deeds = [deed for deed in RENAMINGS if deed(row, rng) != row.name]
    chosen = rng.sample(deeds, min(len(deeds), rng.choice((1, 1, 2, 2, 3))))
    made = row
    for deed in chosen:
        made = replace(made, name=deed(made, rng)[:120])
    if rng.random() < 0.3 and len(offices) > 1:
        made = replace(made, department=_near(row.department, offices, rng))
    abstract = rng.choice((row.abstract, made.name, "", row.abstract))
    words = [deed.__name__.removeprefix("_") for deed in chosen]
    if made.department != row.department:
        words.append("other office")
    return replace(made, abstract=abstract, items=rename_items(row.items, rng)), "+".join(words)


def rename_items(items: tuple[str, ...], rng: random.Random) -> tuple[str, ...]:
    """In another order, some under other names, some left out, some added."""
    kept = [item for item in items if rng.random() > 0.1]
    for n, item in enumerate(kept):
        if rng.random() < 0.4:
            fits = [(old, new) for old, new in ITEM_WORDS if old in item]
            if fits:
                kept[n] = item.replace(*rng.choice(fits))
    if kept:
        kept += rng.sample(("序号", "备注", "更新时间", "数据来源", "填报人"), rng.randint(0, 2))
    rng.shuffle(kept)
    return tuple(dict.fromkeys(kept))


def neighbours(row: Row, offices: list[str], rng: random.Random) -> tuple[Row, Row, str] | None:
    """Two tables that a reader would not call one: of other years, districts, quarters, deeds."""
    deeds = list(NEIGHBOURS)
    rng.shuffle(deeds)
    for deed in deeds:
        made = deed(row, offices, rng)
        if made:
            first, second = made
            items = tuple(i for i in first.items if rng.random() > 0.05)
            return first, replace(second, items=items), deed.__name__.removeprefix("_")
    return None


def _row(entry: RealEntry, rng: random.Random) -> Row:
    items = entry.items
    if not items and rng.random() < 0.6:
        items = tuple(item.name for item in invent_items(entry, rng.randint(4, 16), rng))
    return Row(entry.name, entry.department, entry.abstract, items, entry.catalogue)


def _synonym(row: Row, rng: random.Random) -> str:
    fits = [(old, new) for old, new in WORDS if old in row.name]
    return row.name.replace(*rng.choice(fits), 1) if fits else row.name


def _place_added(row: Row, rng: random.Random) -> str:
    city, counties = PLACES[row.city]
    if any(place in row.name for place in (city, *counties.split())):
        return row.name
    own = [c for c in counties.split() if c in row.department]
    if own:
        return f"{own[0] if own[0].endswith('县') else own[0] + _kind(own[0], row)}{row.name}"
    return f"{city}市{row.name.removeprefix('市')}"


def _kind(county: str, row: Row) -> str:
    found = re.search(f"{county}(县|区|市)", row.department)
    return found[1] if found else ""


def _office_added(row: Row, rng: random.Random) -> str:
    own = row.department
    return row.name if len(own) < 3 or own in row.name else f"{own}{row.name}"


def _reordered(row: Row, rng: random.Random) -> str:
    name = row.name
    parts = re.split("(、|和|与|及)", name, maxsplit=1)
    if len(parts) == 3 and 2 <= len(parts[0]) <= 6 and len(parts[2]) >= 4:
        head, tail = parts[2][: len(parts[0])], parts[2][len(parts[0]) :]
        return f"{head}{parts[1]}{parts[0]}{tail}"
    year = re.match(r"((?:19|20)\d\d年度?)(.+)", name)
    if year:
        return f"{year[2]}（{year[1]}）"
    counted = re.match("(.{4,})(统计|汇总)(信息|情况|表)$", name)
    if counted:
        return f"{counted[2]}{counted[1]}{counted[3]}"
    for place in (p for city, more in PLACES.values() for p in (f"{city}市", *more.split())):
        found = re.match(f"({place}(?:县|区)?)(.{{4,}})$", name)
        if found:
            return f"{found[2]}（{found[1]}）"
    return name


def _punctuated(row: Row, rng: random.Random) -> str:
    name = row.name
    head, tail = name[: len(name) // 2], name[len(name) // 2 :]
    folded = name.replace("（", "(").replace("）", ")")
    marked = (f"《{name}》", f"{name}。", f"“{head}”{tail}", f"{head}-{tail}", f"{head}_{tail}")
    return rng.choice((*marked, f"{head} {tail}", folded))


def _shortened(row: Row, rng: random.Random) -> str:
    fits = [(old, new) for old, new in SHORTER if old in row.name and len(row.name) - len(old) > 3]
    return row.name.replace(*rng.choice(fits), 1) if fits else row.name


RENAMINGS: tuple[Callable[[Row, random.Random], str], ...] = (
    _synonym, _place_added, _office_added, _reordered, _punctuated, _shortened,
)  # fmt: skip
Pair = tuple[Row, Row] | None


def _other_year(row: Row, offices: list[str], rng: random.Random) -> Pair:
    year = rng.randint(2015, 2022)
    if re.search(r"(19|20)\d\d", row.name):
        return row, replace(row, name=re.sub(r"(19|20)\d\d", str(year - 10), row.name, count=1))
    return tuple(  # type: ignore[return-value]
        replace(row, name=rng.choice((f"{y}年{row.name}", f"{row.name}（{y}年）")))
        for y in (year, year + rng.randint(1, 3))
    )


def _other_quarter(row: Row, offices: list[str], rng: random.Random) -> Pair:
    one, other = rng.sample(
        ("第一季度", "二季度", "三季度", "4季度", "上半年", "10月", "11月份"), 2
    )
    return replace(row, name=f"{row.name}{one}"), replace(row, name=f"{other}{row.name}")


def _other_district(row: Row, offices: list[str], rng: random.Random) -> Pair:
    counties = PLACES[row.city][1].split()
    own = [c for c in counties if c in row.name or c in row.department]
    if not own:
        return None
    to = rng.choice([c for c in counties if c not in own])
    name, office = (_moved(text, own[0], to) for text in (row.name, row.department))
    return row, replace(row, name=name, department=office)


def _moved(text: str, old: str, new: str) -> str:
    kind = "" if new.endswith("县") else "区" if new in DISTRICTS else "县"
    return re.sub(f"{old}(县|区|市)", f"{new}{kind}", text).replace(old, new)


def _other_word(row: Row, offices: list[str], rng: random.Random) -> Pair:
    fits = [(a, b) for one, two in NEIGHBOUR_WORDS for a, b in ((one, two), (two, one))
            if a in row.name and b not in row.name]  # fmt: skip
    if not fits:
        return None
    old, new = rng.choice(fits)
    return row, replace(row, name=row.name.replace(old, new), abstract="")


NEIGHBOURS: tuple[Callable[[Row, list[str], random.Random], Pair], ...] = (
    _other_year, _other_quarter, _other_district, _other_word, _other_word, _other_word,
)  # fmt: skip


def _near(department: str, offices: list[str], rng: random.Random) -> str:
    """Another office of the same place."""
    place = next((p for _, more in PLACES.values() for p in more.split() if p in department), "")
    every = [p for _, more in PLACES.values() for p in more.split()]
    near = [
        o for o in offices if o != department
        and (place in o if place else not any(p in o for p in every))
    ]  # fmt: skip
    return rng.choice(near) if near else department
