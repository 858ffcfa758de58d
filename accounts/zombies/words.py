"""The sentences of the findings, in Chinese and English, with their figures."""

from collections.abc import Iterable
from datetime import date

from accounts.zombies.seasons import Season

# What may be missing -> how a department head reads it.
MISSING: dict[str, tuple[str, str]] = {
    "transaction": ("业务办理量", "transactions"),
    "login": ("登录次数", "log-ins"),
    "active_users": ("活跃用户数", "active users"),
    "cpu_percent": ("CPU利用率", "CPU load"),
    "storage_gb": ("数据存储量", "storage used"),
    "deployment": ("发布或补丁记录", "releases and patches"),
    "maintained_until": ("运维合同期限", "the end of the maintenance contract"),
    "maintainer": ("运维单位", "the maintainer"),
    "function": ("主要功能与业务、数据项", "functions, business and data items"),
    "peer_use": ("相似系统的使用情况", "the use of the similar system"),
}


def number(value: float) -> str:
    """A figure as people write it: whole numbers without decimals, small ones with one."""
    whole = round(value)
    return f"{whole:,}" if abs(value - whole) < 0.05 or abs(value) >= 100 else f"{value:.1f}"


def day(value: date | None) -> tuple[str, str]:
    """A day in both languages; of None, that there was none in three years."""
    if value is None:
        return "近三年没有", "none in three years"
    return f"{value.year}年{value.month}月{value.day}日", value.isoformat()


def unknown(missing: Iterable[str], last: date | None = None) -> tuple[str, str]:
    """That nothing can be said, for what reason, and since when nothing was told."""
    names = [MISSING[name] for name in missing]
    zh = f"缺少{'、'.join(zh for zh, _ in names)}，无法判断，不作为疑似依据"
    en = f"Cannot be judged without {', '.join(en for _, en in names)}; this counts against nobody"
    if last is not None:
        zh += f"（最近一次报送：{day(last)[0]}）"
        en += f" (last told on {last.isoformat()})"
    return f"{zh}。", f"{en}."


def season(found: Season) -> tuple[str, str]:
    """That a system works by season and did so in the latest one."""
    months, english = (
        "、".join(f"{month}月" for month in found.months),
        ", ".join(str(month) for month in found.months),
    )
    if not found.is_sure:
        zh, en = f"近一年使用集中在{months}，可能为季节性系统", f"Used in months {english} alone"
    elif found.is_declared:
        zh, en = f"填报为季节性系统，在{months}使用", f"Declared to work in months {english}"
    else:
        zh, en = f"历年集中在{months}使用", f"Works in months {english} of each year"
    if found.kind:
        name_zh, name_en, unit = UNITS[found.kind]
        zh += f"，最近一季{name_zh} {number(found.latest)} {unit}"
        en += f": {number(found.latest)} {name_en} in the latest season"
    return f"{zh}，淡季安静属正常。", f"{en}; quiet months in between are normal."


# Kind -> what a figure of it is called and counted in.
UNITS: dict[str, tuple[str, str, str]] = {
    "transaction": ("业务办理", "transactions", "件"),
    "login": ("登录", "log-ins", "次"),
    "active_users": ("活跃用户", "active users", "人"),
}


def relied_on(names: Iterable[str]) -> tuple[str, str]:
    """Who relies on a system, at most three of them."""
    shown = [_relied_zh(name) for name in names]
    english = [_relied_en(name) for name in names]
    more = f"等{len(shown)}项" if len(shown) > 3 else ""
    return "、".join(shown[:3]) + more, ", ".join(english[:3])


def _relied_zh(name: str) -> str:
    kind, _, figure = name.partition("=")
    return {
        "call_provided": f"近6个月被调用{figure}次",
        "subscriptions_open": f"{figure}个有效订阅",
    }.get(kind, name)


def _relied_en(name: str) -> str:
    kind, _, figure = name.partition("=")
    return {
        "call_provided": f"{figure} calls by others in 6 months",
        "subscriptions_open": f"{figure} open subscriptions",
    }.get(kind, name)
