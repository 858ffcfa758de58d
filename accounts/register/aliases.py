"""Words that departments write for the values of the census lists."""

import unicodedata
from functools import cache

from accounts.register.columns import BY_NAME, Column

TRUE = frozenset({"是", "有", "y", "yes", "true", "1", "√", "✓", "对"})
FALSE = frozenset({"否", "无", "没有", "n", "no", "false", "0", "×", "x", "✗"})

_ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    "state": {
        "planned": ("规划", "规划中", "未建", "待建"),
        "in_construction": ("建设中", "正在建设", "在建设"),
        "trial": ("试运", "试运营", "试用"),
        "in_operation": ("运行", "运行中", "正式运行", "在用", "投入运行", "已投运"),
        "suspended": ("暂停", "停运中", "停机"),
        "being_merged": ("整合", "并入中"),
        "retired": ("已停用", "下线", "已下线", "报废", "注销"),
    },
    "network": {
        "dedicated": ("业务专网", "专用网络", "部门专网"),
        "extranet": ("政务外网", "外网", "国家电子政务外网"),
        "intranet": ("政务内网", "内网", "国家电子政务内网"),
        "internet": ("因特网", "公网", "外部互联网"),
        "other": ("其它",),
    },
    "architecture": {
        "browser": ("bs", "b-s", "浏览器/服务器", "b/s架构", "b/s结构"),
        "client": ("cs", "c-s", "客户端/服务器", "c/s架构", "c/s结构"),
        "mixed": ("混合", "b/s+c/s", "b/s、c/s", "b/s和c/s", "b/s,c/s"),
        "mobile": ("app", "移动端", "小程序"),
        "other": ("其它",),
    },
    "hosting": {
        "cloud": ("政务云", "云平台", "电子政务云平台"),
        "own_room": ("自有机房", "本单位机房", "单位机房"),
        "shared_room": ("集中机房", "统一机房"),
        "other": ("其他",),
    },
    "funding_mode": {
        "government": ("政府投资", "财政投资建设", "财政投资"),
        "joint": ("联合建设", "政企合作"),
        "purchased": ("购买服务", "政府购买", "政府向社会购买服务"),
        "maintained": ("财政运维", "财政资金运行维护"),
    },
    "owner_level": {
        "department": ("部门级", "厅局级", "厅", "局"),
        "bureau": ("司局级", "司", "二级局"),
        "office": ("处室级", "处", "科室"),
    },
    "origin": {
        "national": ("国家垂管系统", "国垂系统", "国家统建"),
        "provincial": ("省级垂管系统", "省垂系统", "省统建"),
        "shared": ("市级系统（多部门共用）", "市级系统(多部门共用)", "多部门共用"),
        "own": ("市级系统（部门专用）", "市级系统(部门专用)", "部门专用", "自建"),
    },
    "use_scope": {
        "office": ("处室", "本处室", "内部处室"),
        "department": ("本部门", "单位内部", "部门"),
        "vertical": ("上下级", "本系统上下级", "垂直系统"),
        "cross": ("多部门", "跨部门使用"),
        "public": ("公众", "社会公众", "面向公众"),
    },
    "use_frequency": {
        "daily": ("每天", "日", "经常", "实时"),
        "weekly": ("周", "每星期"),
        "monthly": ("月", "按月"),
        "quarterly": ("季", "季度", "每季"),
        "yearly": ("年", "年度", "按年"),
        "rarely": ("极少", "很少", "偶尔", "基本不用"),
    },
    "condition": {
        "good": ("优", "很好", "优秀"),
        "fair": ("较好",),
        "plain": ("中", "正常"),
        "poor": ("较差", "很差"),
    },
    "protection_level": {
        "none": ("未定", "无", "未评定", "0"),
        "1": ("1级", "第一级", "等保一级"),
        "2": ("2级", "第二级", "等保二级", "二级系统"),
        "3": ("3级", "第三级", "等保三级", "三级系统"),
        "4": ("4级", "第四级", "等保四级"),
        "5": ("5级", "第五级", "等保五级"),
    },
}


def alias_of(column: Column, text: str) -> str | None:
    """The value of a choice column that a text means: by code, label or alias; None if none."""
    return _meanings(column.name).get(_folded(text))


@cache
def _meanings(name: str) -> dict[str, str]:
    column, found = BY_NAME[name], {}
    for value, others in _ALIASES.get(name, {}).items():
        found.update({_folded(other): value for other in others})
    for value, label in column.choices.items():
        found[_folded(value)] = found[_folded(label)] = value
    return found


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def others_of(column: Column, value: str) -> tuple[str, ...]:
    """The other words that are taken for a value."""
    return _ALIASES.get(column.name, {}).get(value, ())
