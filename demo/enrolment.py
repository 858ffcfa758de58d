"""The register enters the platform as a workbook, and a year of facts in one call."""

import io
import itertools
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import xlsxwriter

from demo import behaviours
from demo.cast import DEPARTMENTS, OFFICE
from demo.census import DEPARTMENTS as MORE_DEPARTMENTS
from demo.census import ENTRIES, Entry, code_of, title
from demo.checks import Difference, same
from demo.client import Api

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NDJSON = "application/x-ndjson"
CHINA = timezone(timedelta(hours=8))
BODIES = {"office": OFFICE, **DEPARTMENTS, **MORE_DEPARTMENTS}
HEADERS = (
    "所属组织",
    "业务系统编码",
    "业务系统名称",
    "系统描述",
    "系统阶段",
    "承载网络",
    "启用时间",
    "系统归属级别",
    "运维费用总支出（万元/年）",
    "运维单位",
    "运维合同到期日",
    "业务事项",
    "主要数据",
    "季节性使用月份",
)
Row = dict[str, Any]


def today() -> date:
    """The day in China, where the platform counts its days."""
    return datetime.now(CHINA).date()


def day_of(moment: str) -> date:
    """The day of a moment as the platform counts days."""
    return datetime.fromisoformat(moment).astimezone(CHINA).date()


def registered(api: Api) -> dict[str, Row]:
    """The register's systems of this census by their code, as the platform has them."""
    wanted = {code_of(entry) for entry in ENTRIES}
    return {row["code"]: row for row in api.all("/systems") if row["code"] in wanted}


def made_on(known: dict[str, Row]) -> date:
    """The day on which the register was made: an earlier run's, or today."""
    return min((day_of(row["created_at"]) for row in known.values()), default=today())


def workbook(known: dict[str, Row], anchor: date) -> bytes:
    """The census form, filled in. The stage of a known system is left empty: it moves by steps
    with reasons, not by a form."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("信息系统登记表")
        sheet.write_row(0, 0, HEADERS)
        for number, entry in enumerate(ENTRIES, 1):
            sheet.write_row(number, 0, _cells(entry, code_of(entry) in known, anchor))
    return out.getvalue()


def enter(api: Api, known: dict[str, Row], anchor: date) -> Row:
    """Import the form, first as a dry run that must say the same and write nothing."""
    form = workbook(known, anchor)
    rehearsed = api.send("/systems/import", XLSX, form, dry_run="true")
    same("systems in the register after a dry run", len(known), len(registered(api)))
    counts: Row = api.send("/systems/import", XLSX, form, change_message="全省信息系统普查")
    if counts["wrong"]:
        faults = "\n".join(
            f"  row {one['row']} {one['header']}: {one['message']}" for one in counts["faults"][:5]
        )
        raise Difference(f"rows of the form are wrong\n{faults}")
    for name in ("received", "new", "changed", "unchanged"):
        same(f"rows {name}, as the dry run foretold", rehearsed[name], counts[name])
    same("rows that are new", len(ENTRIES) - len(known), counts["new"])
    same("rows that change what was registered", 0, counts["changed"])
    return counts


def tell(api: Api, systems: dict[str, Row], anchor: date) -> Row:
    """Tell a year of facts of all systems that are not retired in one call, then again."""
    lines = itertools.chain.from_iterable(
        behaviours.facts(code_of(entry), entry.behaviour, anchor, today())
        for entry in _alive(systems)
    )
    body = b"".join(lines)
    told: Row = api.send("/signals", NDJSON, body, mode="atomic")
    same("facts received", body.count(b"\n"), told["received"])
    same("facts that are new or known", told["received"], told["new"] + told["repeated"])
    return told


def _alive(systems: dict[str, Row]) -> Iterable[Entry]:
    return (entry for entry in ENTRIES if systems[code_of(entry)]["state"] != "retired")


def _cells(entry: Entry, is_known: bool, anchor: date) -> tuple[str, ...]:
    until = anchor + timedelta(days=entry.contract) if entry.contract is not None else None
    return (
        BODIES[entry.department].name,
        code_of(entry),
        title(entry.name),
        entry.function,
        "" if is_known else "投运",
        "电子政务外网",
        entry.started,
        entry.level,
        entry.cost,
        "示例省信息技术服务有限公司" if until else "",
        until.isoformat() if until else "",
        "；".join(entry.business),
        "；".join(entry.data),
        "、".join(str(month) for month in entry.season),
    )
