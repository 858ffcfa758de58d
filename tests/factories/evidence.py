"""Evidence for the zombie rules, in the words in which one thinks of a system."""

from datetime import date, timedelta

from accounts.zombies.evidence import HALF_DAYS, NOTHING, YEAR_DAYS, Evidence, Peer, Series, Span
from kernel.models import uuid7

TODAY = date(2026, 3, 2)


def span(total=0.0, *, told=365, zeros=None, peak=None, first_ago=364, last_ago=0):
    """A stretch of told days; by default each day of a year, with zeros among them."""
    return Span(
        told=told,
        zeros=(1 if told else 0) if zeros is None else zeros,
        total=total,
        peak=total if peak is None else peak,
        first=TODAY - timedelta(first_ago) if told else None,
        last=TODAY - timedelta(last_ago) if told else None,
    )


def series(
    year=0.0, half=None, before=None, *, active_ago=0, peak=None, months=(), told=365, last_ago=0,
    **columns,
):  # fmt: skip
    """Daily numbers told for a year: ``year`` in all, ``half`` (a half of it) in six months.

    ``before``: the total of the year before; None where it was not told. ``active_ago`` days ago
    the last number was above zero (None: never).
    """
    half = year / 2 if half is None else half
    half_told = max(0, min(told, HALF_DAYS - last_ago))
    return Series(
        year=span(year, told=told, peak=peak, first_ago=last_ago + told - 1, last_ago=last_ago),
        half=span(half, told=half_told, peak=peak, first_ago=179, last_ago=last_ago),
        before=NOTHING
        if before is None
        else span(before, first_ago=2 * YEAR_DAYS - 1, last_ago=YEAR_DAYS),
        last_active=None if active_ago is None else TODAY - timedelta(active_ago),
        months=months,
        **columns,
    )


def gauge(mean, *, last_ago=0, **columns):
    """A measure told each day of the last year around ``mean``."""
    year = Span(365, 0, mean * 365, mean, TODAY - timedelta(364), TODAY - timedelta(last_ago))
    half = Span(180, 0, mean * 180, mean, TODAY - timedelta(179), TODAY - timedelta(last_ago))
    return Series(year=year, half=half, last_active=TODAY - timedelta(last_ago), **columns)


def storage(latest, growth):
    """Gigabytes told each day; ``growth`` in the last six months."""
    return gauge(latest, latest=latest, growth=growth, growth_days=179)


def months(**sums):
    """36 monthly sums ending in this month; ``m3=40`` is three months ago, others are zero."""
    return tuple(float(sums.get(f"m{ago}", 0)) for ago in range(35, -1, -1))


def evidence(**columns):
    """Evidence of a system ten years old; keywords of kinds of facts are series."""
    names = Evidence.__dataclass_fields__
    kinds = {name: columns.pop(name) for name in list(columns) if name not in names}
    return Evidence(**({"started_on": date(2016, 5, 1), "series": kinds} | columns))


def peer(overlap=0.9, is_declared=False, **kinds):
    """Another system, well used unless its series are given."""
    used = kinds or {"login": series(20_000, peak=90)}
    return Peer(
        id=uuid7(),
        name="统一OA办公系统",
        overlap=overlap,
        business_items=("公文办理", "会议通知"),
        data_items=("公文标题",),
        is_declared=is_declared,
        evidence=evidence(**used),
    )
