"""Z3: 所占用资源长期处于空闲状态, the resources that it holds have long been idle."""

from datetime import date

from accounts.zombies import words
from accounts.zombies.evidence import Evidence, Finding, Series
from accounts.zombies.seasons import Season
from accounts.zombies.thresholds import Thresholds
from accounts.zombies.use import comes_regularly, is_used, is_young, speaks

CODE = "Z3"
LEAST_GROWTH_DAYS = 120


def judge_resources(e: Evidence, t: Thresholds, season: Season | None, today: date) -> Finding:
    """Suspected where for six months the processor idles and the data do not grow.

    Both have to be told (growth may be declared); a system in use only has too large a machine.
    """
    load = e.of("cpu_percent")
    growth = _growth(e, today, t)
    facts: dict[str, object] = {}
    missing = []
    if speaks(load, t, today) and load.half.told:
        facts["cpu_percent_6_months"] = round(load.half.mean, 1)
    else:
        missing.append("cpu_percent")
    if growth is None:
        missing.append("storage_gb")
    else:
        facts["growth_percent_6_months"] = round(growth, 2)
    if len(missing) == 2:
        return Finding(CODE, "unknown", facts, tuple(missing), *words.unknown(missing))
    idle = "cpu_percent" not in missing and load.half.mean < t.idle_cpu_percent
    still = growth is not None and growth <= t.idle_growth_percent
    zh, en = _figures(load, growth, missing)
    busy = "cpu_percent" not in missing and not idle
    grows = growth is not None and not still
    if busy or grows:
        return Finding(CODE, "clear", facts, tuple(missing), f"{zh}。", f"{en}.")
    if missing:
        more = words.unknown(missing)
        return Finding(CODE, "watch", facts, tuple(missing), f"{zh}；{more[0]}", f"{en}. {more[1]}")
    return _idle(e, t, season, today, facts, zh, en)


def _idle(
    e: Evidence,
    t: Thresholds,
    season: Season | None,
    today: date,
    facts: dict[str, object],
    zh: str,
    en: str,
) -> Finding:
    if is_used(e, t, today) or comes_regularly(e, t, today):
        return Finding(CODE, "watch", facts, (), f"{zh}，但系统在用，可核减资源。",
                       f"{en}, yet it is in use: its resources can be reduced.")  # fmt: skip
    if season is not None and season.has_returned:
        said = words.season(season)
        level = "clear" if season.is_sure else "watch"
        return Finding(CODE, level, facts, (), f"{zh}；{said[0]}", f"{en}. {said[1]}")
    if is_young(e, t, today):
        return Finding(CODE, "watch", facts, (), f"{zh}，启用不足观察期。",
                       f"{en}; in use only lately.")  # fmt: skip
    return Finding(CODE, "suspected", facts, (), f"{zh}。", f"{en}.")


def _growth(e: Evidence, today: date, t: Thresholds) -> float | None:
    """Growth of the data in six months in percent of what is stored; None where not known."""
    series = e.of("storage_gb")
    if series.growth_days >= LEAST_GROWTH_DAYS and speaks(series, t, today):
        start = series.latest - series.growth
        if start <= 0:
            return 0.0 if series.growth <= 0 else 100.0
        return series.growth / start * 100
    if e.yearly_growth_gb is not None and series.latest > 0:
        return e.yearly_growth_gb / 2 / series.latest * 100
    return None


def _figures(load: Series, growth: float | None, missing: list[str]) -> tuple[str, str]:
    zh, en = [], []
    if "cpu_percent" not in missing:
        zh.append(f"近6个月CPU日峰值平均 {words.number(load.half.mean)}%")
        en.append(
            f"the daily peak of CPU load averaged {words.number(load.half.mean)}% in 6 months"
        )
    if growth is not None:
        zh.append(f"数据量增长 {growth:.1f}%")
        en.append(f"stored data grew by {growth:.1f}%")
    said = ", ".join(en)
    return "，".join(zh), said[0].upper() + said[1:]
