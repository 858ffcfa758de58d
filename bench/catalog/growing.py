"""A catalogue of a province's size, grown from the real ones with a seed.

Each real entry is carried over to invented cities: other places and departments, here and there
another wording or year. The tables have the columns of the platform's own tables.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from bench.catalog.inventing import DrawnItem, invent_items
from bench.catalog.real import RealEntry, read_classes, read_entries
from bench.catalog.regions import Region, invent_regions
from catalog.names import name_key

# The kinds of rows, as they stand in their identifiers.
DEPARTMENT, CATEGORY, RESOURCE, ENTRY, ITEM = range(1, 6)
OPENED = date(2023, 1, 1)
# An entry has at most so many items.
MOST_ITEMS = 40
WORDINGS = (("信息", "情况"), ("统计表", "一览表"), ("名单", "名录"), ("情况", "信息"))
SHARE_TYPES = ("unconditional", "conditional", "conditional", "not_shared")
FORMATS = (("database", "mysql", ["interface", "database"]), ("spreadsheet", "xlsx", ["file"]))


@dataclass(frozen=True)
class Grown:
    """Tables by the name of their model; ``resources`` rows stand in the order of ``entries``."""

    departments: pa.Table
    categories: pa.Table
    resources: pa.Table
    entries: pa.Table
    items: pa.Table


def grow(count: int, items: int, seed: int) -> Grown:
    """``count`` published resources of one version each, with ``items`` items among them."""
    rng = random.Random(seed)
    real = list(read_entries())
    regions = invent_regions(-(-count // len(real)), rng)
    sizes = _sizes(count, items, rng)
    drawn = _Drawn(rng)
    # The same table elsewhere holds mostly the same.
    usual = {id(one): invent_items(one, MOST_ITEMS, rng) for one in real}
    order = ((region, one) for region in regions for one in rng.sample(real, len(real)))
    for (region, one), size in zip(order, sizes, strict=False):
        drawn.take(region, one, _some(usual[id(one)], size, rng))
    return Grown(
        departments=_table(drawn.departments.values()),
        categories=_table(drawn.categories.values()),
        resources=_table(drawn.resources),
        entries=_table(drawn.entries),
        items=pa.table(drawn.items),
    )


def key(kind: int, number: int) -> str:
    """The identifier of the ``number``-th row of a kind; later rows have greater ones."""
    return f"018f0000-0000-7{kind:03x}-8000-{number:012x}"


class _Drawn:
    """Rows as they are drawn."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.departments: dict[str, dict[str, Any]] = {}
        self.categories = _categories()
        self.leaves = [code for code in self.categories if len(code) == 6]
        self.resources: list[dict[str, Any]] = []
        self.entries: list[dict[str, Any]] = []
        self.items: dict[str, list[Any]] = {name: [] for name in _ITEM_COLUMNS}

    def take(self, region: Region, one: RealEntry, items: list[DrawnItem]) -> None:
        number, rng = len(self.entries), self.rng
        office = self.department(region.office(one.department or "人民政府", one.catalogue))
        at = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(3 * 365 * 1440))
        self.resources.append(self._resource(number, office, at))
        self.entries.append(self._entry(number, office, region, one, at))
        for position, item in enumerate(items, start=1):
            self._item(number, position, item, region.carry(item.name))

    def department(self, name: str) -> str:
        number = len(self.departments)
        row = {
            "id": key(DEPARTMENT, number),
            "name": name[:120],
            "credit_code": f"11{number:016d}",
            "division_code": "990000",
        }
        return self.departments.setdefault(name[:120], row)["id"]

    def _resource(self, number: int, office: str, at: datetime) -> dict[str, Any]:
        category = self.categories[self.rng.choice(self.leaves)]
        category["next_number"] += 1
        return {
            "id": key(RESOURCE, number),
            "department_id": office,
            "category_id": category["id"],
            "code": f"{category['code']}/{category['next_number'] - 1}",
            "published_id": key(ENTRY, number),
            "is_attached": self.rng.random() < 0.6,
            "created_at": at,
        }

    def _entry(
        self, number: int, office: str, region: Region, one: RealEntry, at: datetime
    ) -> dict[str, Any]:
        rng = self.rng
        name = region.carry(_reworded(one.name, rng))[:120]
        share_type = rng.choice(SHARE_TYPES)
        format_class, format_type, modes = rng.choice(FORMATS)
        return {
            "id": key(ENTRY, number),
            "resource_id": key(RESOURCE, number),
            "department_id": office,
            "number": 1,
            "state": "published",
            "name": name,
            "name_key": name_key(name),
            "abstract": region.carry(one.abstract)[:512],
            "keywords": [word[:60] for word in map(region.carry, one.keywords)][:12],
            "theme": one.theme[:60],
            "format_class": format_class,
            "format_type": format_type,
            "share_type": share_type,
            "share_modes": [] if share_type == "not_shared" else modes,
            "open_to_public": share_type == "unconditional" and rng.random() < 0.5,
            "update_cycle": one.cycle,
            "data_grade": "general",
            "released_on": OPENED + timedelta(days=rng.randrange(1000)),
            "published_at": at,
            "created_at": at,
        }

    def _item(self, number: int, position: int, item: DrawnItem, name: str) -> None:
        made = len(self.items["id"])
        values = (key(ITEM, made), key(ENTRY, number), position, f"c{position:02d}", name[:120],
                  item.data_type, item.length, item.is_key)  # fmt: skip
        for column, value in zip(self.items.values(), values, strict=True):
            column.append(value)


_ITEM_COLUMNS = ("id", "entry_id", "position", "column", "name", "data_type", "length", "is_key")


def _categories() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for number, (code, name) in enumerate(read_classes()):
        parent = found.get(code[:-3] if len(code) == 6 else code[:-2])
        found[code] = {
            "id": key(CATEGORY, number),
            "code": code,
            "name": name,
            "parent_id": parent["id"] if parent else None,
            "next_number": 1,
        }
    return found


def _reworded(name: str, rng: random.Random) -> str:
    """Now and then other words or a year: no two cities write quite alike."""
    if rng.random() < 0.25:
        old, new = rng.choice(WORDINGS)
        name = name.replace(old, new)
    return f"{rng.randint(2018, 2024)}年{name}" if rng.random() < 0.05 else name


def _sizes(count: int, items: int, rng: random.Random) -> Iterator[int]:
    """How many items each entry has: unequal, but ``items`` in all."""
    left = items
    for n in range(count, 0, -1):
        mean = left / n
        size = left if n == 1 else min(left, max(1, round(rng.triangular(1, 2 * mean - 1, mean))))
        left -= size
        yield size


def _some(usual: list[DrawnItem], size: int, rng: random.Random) -> list[DrawnItem]:
    """``size`` of them in their order, mostly the first ones."""
    spare = min(len(usual), size + 2)
    return [usual[n] for n in sorted(rng.sample(range(spare), min(size, spare)))]


def _table(rows: Any) -> pa.Table:
    return pa.Table.from_pylist(list(rows))
