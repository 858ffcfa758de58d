"""Z4: 运维停止更新服务, maintenance and updates have stopped."""

from datetime import date

from accounts.zombies import words
from accounts.zombies.evidence import Evidence, Finding, Series
from accounts.zombies.thresholds import Thresholds
from accounts.zombies.use import speaks

CODE = "Z4"


def judge_maintenance(e: Evidence, t: Thresholds, today: date) -> Finding:
    """Suspected where the contract has ended and releases, which are told, have stopped too.

    Where releases are not told, an end longer ago than the limit is enough; but nothing is where
    nothing at all is told of the system.
    """
    patches, until = e.of("deployment"), e.maintained_until
    last = patches.last_active
    told = last is not None or patches.year.covered >= t.least_days_told
    facts: dict[str, object] = {"maintained_until": until.isoformat() if until else None,
                                "last_patch_on": last.isoformat() if last else None,
                                "maintainer": e.maintainer}  # fmt: skip
    missing = _missing(e, told)
    fresh = last is not None and (today - last).days <= t.unmaintained_days
    ended = (today - until).days if until is not None else None
    zh, en = _figures(e, told, last, ended)
    if ended is None:
        return _without_contract(e, facts, missing, fresh, told, patches, zh, en, t, today)
    level = "clear"
    if ended > t.contract_grace_days and not fresh:
        paper = e.is_told and ended > t.unmaintained_days
        level = "suspected" if told or paper else "watch"
    elif ended > 0 or (told and not fresh):
        level = "watch"
    return Finding(CODE, level, facts, missing, f"{zh}。", f"{en}.")


def _without_contract(
    e: Evidence,
    facts: dict[str, object],
    missing: tuple[str, ...],
    fresh: bool,
    told: bool,
    patches: Series,
    zh: str,
    en: str,
    t: Thresholds,
    today: date,
) -> Finding:
    """The register does not say until when it is maintained."""
    if fresh:
        return Finding(CODE, "clear", facts, missing, f"{zh}。", f"{en}.")
    if not told:
        return Finding(CODE, "unknown", facts, missing, *words.unknown(missing))
    # Zeros told for a year are a fact; a last patch long ago may only be the last one told.
    level = "suspected" if patches.year.zeros and speaks(patches, t, today) else "watch"
    more = words.unknown(missing)
    return Finding(CODE, level, facts, missing, f"{zh}；{more[0]}", f"{en}. {more[1]}")


def _missing(e: Evidence, told: bool) -> tuple[str, ...]:
    lacking = {
        "maintained_until": e.maintained_until is None,
        "deployment": not told,
        "maintainer": not e.maintainer,
    }
    return tuple(name for name, absent in lacking.items() if absent)


def _figures(e: Evidence, told: bool, last: date | None, ended: int | None) -> tuple[str, str]:
    zh, en = [], []
    if e.maintained_until is not None and ended is not None:
        until = words.day(e.maintained_until)
        over = f"，已逾期 {ended} 天" if ended > 0 else ""
        zh.append(f"运维合同到期日 {until[0]}{over}")
        en.append(
            f"maintenance contract ended on {until[1]}, {ended} days ago"
            if ended > 0
            else f"maintenance contract runs until {until[1]}"
        )
    if told:
        patch = words.day(last)
        zh.append(f"最近一次发布或补丁：{patch[0]}")
        en.append(f"last release or patch: {patch[1]}")
    said = "; ".join(en)
    return "，".join(zh), said[:1].upper() + said[1:]
