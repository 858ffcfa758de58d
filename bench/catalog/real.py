"""The three real catalogues, read where they lie beside the project (see their README)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CATALOGUES = {
    "anhui_luan": ("标题", "来源部门", "描述", "标签", "重点领域", "更新频率"),
    "ningxia_yinchuan": ("标题", "来源部门", "描述", "标签", "所属主题", "更新频率"),
    "sichuan_luzhou": ("标题", "提供方", "资源摘要", "关键字", "数据主题", "更新周期"),
}
# The city of each catalogue and its counties and districts.
PLACES = {
    "anhui_luan": ("六安", "裕安 金安 叶集 霍邱 舒城 金寨 霍山"),
    "ningxia_yinchuan": ("银川", "兴庆 金凤 西夏 永宁 贺兰 灵武"),
    "sichuan_luzhou": ("泸州", "江阳 纳溪 龙马潭 泸县 合江 叙永 古蔺"),
}
CYCLES = {"每日": "daily", "每周": "weekly", "每月": "monthly", "每季度": "quarterly",
          "每半年": "half_yearly", "每年": "yearly", "实时": "realtime"}  # fmt: skip


@dataclass(frozen=True)
class RealEntry:
    """What a real catalogue says of one resource; ``items`` only where it names any."""

    catalogue: str
    name: str
    department: str
    abstract: str
    keywords: tuple[str, ...]
    theme: str
    cycle: str
    items: tuple[str, ...]


def is_there() -> bool:
    """True if the real catalogues lie beside the project."""
    return all((DATA / "catalogues" / f"{name}.json").is_file() for name in CATALOGUES)


@cache
def read_entries() -> tuple[RealEntry, ...]:
    """All 8,547 entries but the few without a name, in the files' order."""
    return tuple(
        _entry(catalogue, *(str(row.get(column) or "").strip() for column in columns))
        for catalogue, columns in CATALOGUES.items()
        for row in json.loads((DATA / "catalogues" / f"{catalogue}.json").read_text("utf-8"))
        if row.get(columns[0])
    )


@cache
def read_tables() -> tuple[tuple[str, ...], ...]:
    """The columns of real department tables, table by table."""
    lines = (DATA / "excel" / "xuzhou_department_tables.tsv").read_text("utf-8").splitlines()
    tables = (line.split("\t")[1].split(" | ") for line in lines if "\t" in line)
    return tuple(tuple(c for c in table if re.search("[一-鿿]{2}", c)) for table in tables)


@cache
def read_classes() -> tuple[tuple[str, str], ...]:
    """Code and name of the national classification's top levels, parents before children."""
    lines = (DATA / "codes" / "national_classification_top.tsv").read_text("utf-8").splitlines()
    pairs = (line.split("\t")[:2] for line in lines[1:])
    found = {code: name for code, name in pairs if re.fullmatch(r"\d(\d{2}(\d{3})?)?", code)}
    found.setdefault("3", "部门政务信息资源目录")
    return tuple(sorted(found.items(), key=lambda pair: (len(pair[0]), pair[0])))


def _entry(
    catalogue: str, name: str, office: str, abstract: str, tags: str, theme: str, cycle: str
) -> RealEntry:
    words = tuple(dict.fromkeys(w.strip() for w in re.split(r"[,，\s]+", tags) if w.strip()))
    told = catalogue == "ningxia_yinchuan"
    items = tuple(w for w in words if told and _is_item(w, name, office))
    cycle = CYCLES.get(cycle, "other")
    return RealEntry(catalogue, name, office, abstract, words, theme, cycle, items)


def _is_item(word: str, name: str, office: str) -> bool:
    """Tags of one catalogue mix the resource's columns with the words of its name and its class."""
    in_name = word in name or word in office
    is_class = "、" in word or word.endswith(("业", "局", "会", "中心")) or len(word) < 2
    return not (in_name or is_class or len(word) > 30) and bool(re.search("[一-鿿]", word))
