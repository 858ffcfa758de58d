"""Whether a system is used: by people, by business, by other systems."""

from datetime import date

from accounts.zombies.evidence import Evidence, Series
from accounts.zombies.thresholds import Thresholds


def speaks(series: Series, t: Thresholds, today: date) -> bool:
    """True if enough was told of the year, and lately, to say what there was not."""
    last = series.year.last
    return (
        series.year.covered >= t.least_days_told
        and last is not None
        and (today - last).days <= t.stale_days
    )


def is_young(e: Evidence, t: Thresholds, today: date) -> bool:
    """True if the system came into use too lately to be suspected for little use."""
    return e.started_on is not None and (today - e.started_on).days < t.young_days


def once(series: Series, t: Thresholds) -> float:
    """What an average month held in the better of the two years before; 0 if they say nothing."""
    told = [s for s in (series.before, series.earlier) if s.covered >= t.least_days_told]
    return max((span.monthly for span in told), default=0.0)


def withered(series: Series, t: Thresholds) -> bool:
    """True if at most a remnant is left of what there once was."""
    before = once(series, t)
    return before > 0 and series.year.monthly <= before * t.remnant_percent / 100


def has_steady_business(e: Evidence, t: Thresholds, today: date) -> bool:
    """True if transactions go on, however few people do them."""
    series = e.of("transaction")
    return (
        series.half.monthly >= t.steady_transactions
        and _is_recent(series, t, today)
        and not withered(series, t)
    )


def relied_on_by(e: Evidence, t: Thresholds, today: date) -> tuple[str, ...]:
    """Who or what relies on it now: names of systems and grants, and what others draw from it."""
    found = list(e.dependants)
    calls = e.of("call_provided")
    lively = calls.half.monthly >= t.calls_relied_on and not withered(calls, t)
    if lively and _is_recent(calls, t, today):
        found.append(f"call_provided={calls.half.total:.0f}")
    subscriptions = e.of("subscriptions_open")
    if subscriptions.latest > 0 and _is_recent(subscriptions, t, today):
        found.append(f"subscriptions_open={subscriptions.latest:.0f}")
    return tuple(found)


def has_people(e: Evidence, t: Thresholds, today: date) -> bool | None:
    """Whether people use it now; None where it is not told, or a few come now and then."""
    logins, users = e.of("login"), e.of("active_users")
    if logins.half.monthly >= t.rare_logins and _is_recent(logins, t, today):
        return not withered(logins, t)
    if users.half.peak >= t.small_users and _is_recent(users, t, today):
        return not withered(users, t)
    told = [series for series in (logins, users) if speaks(series, t, today)]
    if not told or comes_regularly(e, t, today):
        return None
    return False


def comes_regularly(e: Evidence, t: Thresholds, today: date) -> bool:
    """True if somebody, however few, still logs in as in the year before."""
    return any(
        series.half.total > 0 and _is_recent(series, t, today) and not _has_fallen(series, t)
        for series in (e.of("login"), e.of("active_users"))
    )


def is_used(e: Evidence, t: Thresholds, today: date) -> bool | None:
    """Whether anybody or anything uses it now; None where what is told does not say."""
    if has_steady_business(e, t, today) or relied_on_by(e, t, today):
        return True
    people = has_people(e, t, today)
    if people is None and speaks(e.of("transaction"), t, today):
        return None if comes_regularly(e, t, today) else False
    return people


def _has_fallen(series: Series, t: Thresholds) -> bool:
    return series.half.monthly < once(series, t) / 4


def _is_recent(series: Series, t: Thresholds, today: date) -> bool:
    last = series.last_active
    return last is not None and (today - last).days <= t.stale_days
