"""Items for real entries that name none: what such tables hold, drawn with a seed."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache

from bench.catalog.real import RealEntry, read_entries, read_tables

COMPANY = ("统一社会信用代码", "企业名称", "法定代表人", "注册地址", "成立日期", "经营范围",
           "登记机关", "注册资本", "企业类型", "联系电话", "经营状态")  # fmt: skip
PERSON = ("姓名", "公民身份号码", "性别", "出生日期", "民族", "户籍地址", "居住地址", "联系电话",
          "学历", "工作单位", "婚姻状况")  # fmt: skip
LICENCE = ("许可证编号", "发证机关", "发证日期", "有效期起", "有效期止", "许可内容", "当前状态",
           "行政相对人名称", "统一社会信用代码", "法定代表人")  # fmt: skip
FIGURES = ("统计年份", "统计月份", "指标名称", "指标值", "计量单位", "同比增长率", "累计值",
           "行政区划代码")  # fmt: skip
PROJECT = ("项目名称", "项目编号", "建设单位", "建设地点", "总投资", "开工日期", "竣工日期",
           "项目负责人", "批复文号")  # fmt: skip
PLACE = ("名称", "地址", "经度", "纬度", "联系电话", "负责人", "所属区划", "开放时间", "面积")
GENERAL = ("序号", "备注", "更新时间", "数据来源", "行政区划代码", "年度", "联系人")
PROPERTIES = ("名称", "编号", "类型", "地址", "面积", "金额", "数量", "等级", "状态", "登记日期",
              "负责人", "来源", "用途", "核定值", "批复文号", "年度", "说明")  # fmt: skip
_SORTS = (
    (re.compile("许可|核准|备案|证|审批|资质"), LICENCE),
    (re.compile("企业|公司|单位|经营|机构|市场主体"), COMPANY),
    (re.compile("项目|工程|建设"), PROJECT),
    (re.compile("人员|名单|名册|教师|医师|律师|员|人信息|残疾人|学生"), PERSON),
    (re.compile("统计|情况|指标|产值|收入|支出|预算|决算|数|率|量"), FIGURES),
)
_TAIL = re.compile(
    r"(?:基本)?(?:信息|情况|数据|名单|名录|清单|目录|统计|汇总|明细|表|册|台账|公示)+$"
)
_SHAPES = (
    (re.compile("时间$"), ("T", None)),
    (re.compile("日期$|期起$|期止$|有效期"), ("D", None)),
    (re.compile("统一社会信用代码"), ("C", 18)),
    (re.compile("身份号码|身份证"), ("C", 18)),
    (re.compile("代码$|编号$|证号$|文号$|号码$"), ("C", 32)),
    (re.compile("金额|总投资|资本|产值|收入|支出|价格"), ("Y", 16)),
    (re.compile("数$|数量$|人数|年份$|年度$|面积|率$|值$|经度|纬度|量$|合计"), ("N", 12)),
    (re.compile("备注|说明|范围|内容|依据|简介|描述"), ("C", 2000)),
    (re.compile("性别|民族|类型|类别|等级|状态|状况"), ("C", 20)),
    (re.compile("地址|住所|地点"), ("C", 200)),
)


@dataclass(frozen=True)
class DrawnItem:
    """An item's name, its type's letter, its length and whether it identifies a record."""

    name: str
    data_type: str
    length: int | None
    is_key: bool = False


def shape(name: str) -> DrawnItem:
    """An item of the type and length that its name suggests."""
    for pattern, (data_type, length) in _SHAPES:
        if pattern.search(name):
            return DrawnItem(name, data_type, length, name in ("统一社会信用代码", "公民身份号码"))
    return DrawnItem(name, "C", 100)


def invent_items(entry: RealEntry, count: int, rng: random.Random) -> list[DrawnItem]:
    """``count`` different items: the entry's own, its subject's, and some of a table like it."""
    names = dict.fromkeys(entry.items[:count])
    usual = next((items for found, items in _SORTS if found.search(entry.name)), PLACE)
    subject = _TAIL.sub("", entry.name)[-6:]
    mine = [f"{subject}{p}" for p in rng.sample(PROPERTIES, 6)]
    table = rng.choice(_tables())
    sources = ((usual, 0.75), (mine, 0.4), (table, 0.35), (GENERAL, 0.4), (mine, 1.0))
    for names_of_source, share in sources:
        drawn = [name for name in names_of_source if rng.random() < share]
        names |= dict.fromkeys(drawn)
    while len(names) < count:
        names[f"{subject}{rng.choice(PROPERTIES)}{rng.choice('一二三四五六七八九')}"] = None
    return [shape(name[:120]) for name in list(names)[:count]]


@cache
def _tables() -> tuple[tuple[str, ...], ...]:
    told = (entry.items for entry in read_entries() if len(entry.items) >= 4)
    return (*(table for table in read_tables() if len(table) >= 3), *told)
