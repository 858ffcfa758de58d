"""Z5: 使用范围小、频度低, few people use it, and rarely."""

from datetime import date

from accounts.zombies import words
from accounts.zombies.evidence import Evidence, Finding, Series
from accounts.zombies.seasons import Season
from accounts.zombies.thresholds import Thresholds
from accounts.zombies.use import (
    comes_regularly,
    has_steady_business,
    is_young,
    relied_on_by,
    speaks,
    withered,
)

CODE = "Z5"
SELDOM = ("quarterly", "yearly", "rarely")
# A remnant of at most so many times the rare log-ins is little.
LITTLE = 10


def judge_usage(e: Evidence, t: Thresholds, season: Season | None, today: date) -> Finding:
    """Suspected where people are few and log in rarely over 12 months, or use has withered.

    Spared: steady business, what others rely on, what works by season, what is young.
    """
    logins, users = e.of("login"), e.of("active_users")
    knows_logins, knows_users = speaks(logins, t, today), speaks(users, t, today)
    missing = tuple(
        name
        for name, known in (("login", knows_logins), ("active_users", knows_users))
        if not known
    )
    facts = _facts(e, logins, users, knows_logins, knows_users)
    if len(missing) == 2:
        return _by_declaration(e, t, facts, missing, logins, users)
    # Each user of a day logs in at least once, so days of use stand in for log-ins not told.
    rare = (logins if knows_logins else users).year.monthly < t.rare_logins
    small = knows_users and users.year.peak < t.small_users
    zh, en = _figures(logins, users, knows_logins, knows_users)
    level = _level(rare, small, knows_users)
    if level != "suspected" and _is_remnant(e, t, knows_logins):
        level = "suspected"
    if level == "suspected":
        spared = _spared(e, t, season, today)
        if spared is not None:
            level, why = spared[0], spared[1:]
            return Finding(CODE, level, facts, missing, f"{zh}；{why[0]}", f"{en}. {why[1]}")
    elif level == "clear" and _has_faded(logins if knows_logins else users, t):
        level = "watch"
    return Finding(CODE, level, facts, missing, f"{zh}。", f"{en}.")


def _level(rare: bool, small: bool, knows_users: bool) -> str:
    if rare and (small or not knows_users):
        return "suspected"
    return "watch" if rare or small else "clear"


def _is_remnant(e: Evidence, t: Thresholds, knows_logins: bool) -> bool:
    """True if hardly anything is left of what there once was, and what is left is little."""
    series = e.of("login" if knows_logins else "active_users")
    return withered(series, t) and series.year.monthly < t.rare_logins * LITTLE


def _has_faded(series: Series, t: Thresholds) -> bool:
    rare = series.half.covered >= t.stale_days and series.half.monthly < t.rare_logins
    return rare or withered(series, t)


def _spared(
    e: Evidence, t: Thresholds, season: Season | None, today: date
) -> tuple[str, str, str] | None:
    """Why little use is no fault here: level and sentences."""
    if has_steady_business(e, t, today):
        done = words.number(e.of("transaction").half.total)
        return (
            "clear",
            f"但业务稳定，近6个月办理 {done} 件，属小而必要。",
            f"Yet business goes on: {done} transactions in 6 months.",
        )
    relied = relied_on_by(e, t, today)
    if relied:
        zh, en = words.relied_on(relied)
        return "clear", f"但为他人所依赖：{zh}。", f"Yet others rely on it: {en}."
    if season is not None and season.has_returned:
        return "clear" if season.is_sure else "watch", *words.season(season)
    if is_young(e, t, today):
        return "watch", "启用不足观察期。", "In use only lately."
    if not speaks(e.of("transaction"), t, today) and comes_regularly(e, t, today):
        zh, en = words.unknown(("transaction",))
        return "watch", f"但一直有人使用；{zh}", f"Yet somebody keeps using it. {en}"
    return None


def _by_declaration(
    e: Evidence,
    t: Thresholds,
    facts: dict[str, object],
    missing: tuple[str, ...],
    logins: Series,
    users: Series,
) -> Finding:
    """No log-ins or users told: only what the register declares, which is at most to watch unless
    the owner itself says that an office's few people rarely use it."""
    few = e.user_count is not None and e.user_count < t.small_users
    last = max((s.year.last for s in (logins, users) if s.year.last), default=None)
    more = words.unknown(missing, last)
    if e.use_scope == "office" and e.use_frequency in SELDOM and few:
        level = "suspected" if e.use_frequency == "rarely" and not e.season else "watch"
        return Finding(
            CODE, level, facts, missing,
            f"主管单位填报：处室内部使用，用户 {e.user_count} 人，使用频度低；{more[0]}",
            f"Declared: used inside one office by {e.user_count} people, seldom. {more[1]}",
        )  # fmt: skip
    return Finding(CODE, "unknown", facts, missing, *more)


def _figures(
    logins: Series, users: Series, knows_logins: bool, knows_users: bool
) -> tuple[str, str]:
    zh, en = [], []
    if knows_logins:
        total = words.number(logins.year.total)
        zh.append(f"近12个月登录 {total} 次")
        en.append(f"{total} log-ins in 12 months")
        if logins.year_before is not None:
            zh.append(f"上年同期 {words.number(logins.year_before)} 次")
            en.append(f"{words.number(logins.year_before)} the year before")
    if knows_users:
        peak = words.number(users.year.peak)
        zh.append(f"活跃用户最多 {peak} 人")
        en.append(f"at most {peak} active users a day")
        if not knows_logins:
            zh.append(f"近12个月共 {words.number(users.year.total)} 人日")
            en.append(f"{words.number(users.year.total)} days of use in 12 months")
    said = ", ".join(en)
    return "，".join(zh), said[0].upper() + said[1:]


def _facts(
    e: Evidence, logins: Series, users: Series, knows_logins: bool, knows_users: bool
) -> dict[str, object]:
    facts: dict[str, object] = {}
    if knows_logins:
        facts["logins_12_months"] = round(logins.year.total, 1)
        facts["logins_year_before"] = logins.year_before
        facts["login_days_told"] = logins.year.told
    if knows_users:
        facts["most_active_users"] = round(users.year.peak, 1)
    if e.use_scope:
        facts["use_scope"] = e.use_scope
    if e.use_frequency:
        facts["use_frequency"] = e.use_frequency
    if e.user_count is not None:
        facts["user_count"] = e.user_count
    return facts
