"""Z1: 系统使用与实际业务流程长期脱节, the use of the system has long parted from the business."""

from datetime import date

from accounts.zombies import words
from accounts.zombies.evidence import Evidence, Finding, Series
from accounts.zombies.seasons import Season
from accounts.zombies.thresholds import Thresholds
from accounts.zombies.use import has_people, is_young, relied_on_by, speaks, withered

CODE = "Z1"


def judge_business(e: Evidence, t: Thresholds, season: Season | None, today: date) -> Finding:
    """Suspected where counted transactions have stopped for a year, or the owner says it stopped.

    Spared: what others rely on, what works by season, what is young; people who still log in
    make a count of nothing doubtful.
    """
    series = e.of("transaction")
    facts: dict[str, object] = {}
    if e.stopped_on is not None and e.stopped_on <= today:
        return _declared_stopped(e.stopped_on)
    if not speaks(series, t, today):
        return Finding(CODE, "unknown", facts, ("transaction",), *_silent(series))
    facts = _facts(series)
    if not _has_stopped(series, t):
        return _still_working(series, facts, t)
    relied = relied_on_by(e, t, today)
    if relied:
        facts["relied_on_by"] = list(relied)
        zh, en = words.relied_on(relied)
        return Finding(CODE, "clear", facts, (), f"自身无业务办理，但为他人所依赖：{zh}。",
                       f"No transactions of its own, but others rely on it: {en}.")  # fmt: skip
    if season is not None and season.has_returned:
        return Finding(
            CODE, "clear" if season.is_sure else "watch", facts, (), *words.season(season)
        )
    if is_young(e, t, today):
        zh, en = "启用不足观察期，暂无业务办理。", "No transactions yet; in use only lately."
        return Finding(CODE, "watch", facts, (), zh, en)
    if has_people(e, t, today):
        return Finding(
            CODE, "watch", facts, (),
            f"近12个月业务办理 {words.number(series.year.total)} 件，"
            "但仍有人登录，请核对业务计数是否接入。",
            f"{words.number(series.year.total)} transactions in 12 months although people log in; "
            "check whether transactions are counted.",
        )  # fmt: skip
    return Finding(CODE, "suspected", facts, (), *_stopped(series))


def _has_stopped(series: Series, t: Thresholds) -> bool:
    few = series.year.total <= t.stray_transactions
    remnant = withered(series, t) and series.half.monthly < t.steady_transactions
    return few or remnant


def _still_working(series: Series, facts: dict[str, object], t: Thresholds) -> Finding:
    total = words.number(series.year.total)
    if withered(series, t) or (series.half.covered >= t.stale_days and not series.half.total):
        (zh, en), than, half = words.day(series.last_active), _than(series), series.half.total
        return Finding(
            CODE, "watch", facts, (),
            f"近12个月业务办理 {total} 件{than[0]}，近6个月 {words.number(half)} 件，"
            f"最近一次：{zh}。",
            f"{total} transactions in 12 months{than[1]}, {words.number(half)} in the last 6; "
            f"the last one: {en}.",
        )  # fmt: skip
    return Finding(CODE, "clear", facts, (), f"近12个月业务办理 {total} 件。",
                   f"{total} transactions in 12 months.")  # fmt: skip


def _declared_stopped(stopped: date) -> Finding:
    zh, en = words.day(stopped)
    return Finding(
        CODE, "suspected", {"stopped_on": stopped.isoformat()}, (),
        f"主管单位填报已于{zh}停用，但登记状态仍为运行。",
        f"Its owner declares that it stopped on {en}, yet it is registered as running.",
    )  # fmt: skip


def _silent(series: Series) -> tuple[str, str]:
    return words.unknown(("transaction",), series.year.last)


def _stopped(series: Series) -> tuple[str, str]:
    (zh, en), than = words.day(series.last_active), _than(series)
    total = words.number(series.year.total)
    return (
        f"近12个月业务办理 {total} 件{than[0]}，最近一次业务办理：{zh}。",
        f"{total} transactions in 12 months{than[1]}; the last one: {en}.",
    )


def _than(series: Series) -> tuple[str, str]:
    """What there was in the year before; empty unless that year is known."""
    if series.year_before is None:
        return "", ""
    before = words.number(series.year_before)
    return f"（上年同期 {before} 件）", f" ({before} the year before)"


def _facts(series: Series) -> dict[str, object]:
    last = series.last_active
    return {
        "transactions_12_months": round(series.year.total, 1),
        "transactions_6_months": round(series.half.total, 1),
        "transactions_year_before": series.year_before,
        "last_transaction_on": last.isoformat() if last else None,
        "days_told": series.year.told,
    }
