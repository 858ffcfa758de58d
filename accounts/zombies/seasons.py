"""Systems that work by season: declared, or found in the months of earlier years."""

from dataclasses import dataclass
from datetime import date

from accounts.zombies.evidence import Evidence
from accounts.zombies.thresholds import Thresholds

# The share of a year's use that falls into its season, and of last season's that must return.
CONCENTRATED, RETURNED = 0.85, 0.2
# The months back from which on the year before is known as a whole.
WHOLE_MONTHS = 22
KINDS = ("transaction", "login", "active_users")


@dataclass(frozen=True)
class Season:
    """The calendar months in which a system works, and what the latest and earlier ones held.

    ``is_sure`` is False for a burst within the only year that is known.
    """

    months: tuple[int, ...]
    is_declared: bool = False
    is_sure: bool = True
    kind: str = ""
    latest: float = 0.0
    earlier: float = 0.0

    @property
    def has_returned(self) -> bool:
        """True if the latest season was worked, as far as earlier ones tell."""
        return self.latest > 0 and self.latest >= self.earlier * RETURNED


def season_of(e: Evidence, t: Thresholds, today: date) -> Season | None:
    """The system's season; None where it has none, or its months are not read."""
    declared = tuple(sorted(e.season))
    for kind in KINDS:
        backward = tuple(reversed(e.of(kind).months))
        if not any(backward):
            continue
        width = int(t.season_months)
        earlier = backward[12:] if _is_year_known(backward) else ()
        found = declared or _concentrated(earlier, width, today)
        if found and _is_substantial(kind, backward, t):
            return Season(found, bool(declared), True, kind, *_held(backward, found, today))
        burst = _concentrated(backward[:12], width, today)
        if burst and not any(earlier) and _is_substantial(kind, backward[:12], t):
            return Season(burst, False, False, kind, *_held(backward, burst, today))
    return Season(declared, True) if declared else None


def _is_year_known(backward: tuple[float | None, ...]) -> bool:
    """True if the year before was told, too: a month or two of it at the edge make no season.

    Whoever has gaps tells only what happened, and speaks for the months in between.
    """
    told = [ago for ago, value in enumerate(backward) if value is not None]
    return told[-1] >= WHOLE_MONTHS or len(told) <= told[-1]


def _is_substantial(kind: str, backward: tuple[float | None, ...], t: Thresholds) -> bool:
    """True if a year held more than a trial or a stray entry."""
    least = {"transaction": t.steady_transactions, "login": t.rare_logins}.get(kind, t.small_users)
    years = (backward[:12], backward[12:24], backward[24:36])
    return any(sum(v or 0.0 for v in year) > least for year in years)


def _concentrated(backward: tuple[float | None, ...], width: int, today: date) -> tuple[int, ...]:
    """The fewest neighbouring calendar months that held nearly all use; empty if too many.

    ``backward`` starts with a month of the same name as today's.
    """
    sums = [0.0] * 12
    for ago, value in enumerate(backward):
        sums[(today.month - 1 - ago) % 12] += value or 0.0
    total = sum(sums)
    if not total:
        return ()
    for size in range(1, width + 1):
        start = max(range(12), key=lambda first: _ring(sums, first, size))
        if _ring(sums, start, size) >= total * CONCENTRATED:
            return tuple(sorted((start + step) % 12 + 1 for step in range(size)))
    return ()


def _ring(sums: list[float], first: int, size: int) -> float:
    return sum(sums[(first + step) % 12] for step in range(size))


def _held(
    backward: tuple[float | None, ...], season: tuple[int, ...], today: date
) -> tuple[float, float]:
    """What the latest season held and an average earlier one, each a month early or late.

    A season of which two are known, and which ended this month or the last or goes on, may still
    come: then the one before counts as the latest.
    """
    known = [value or 0.0 for value in backward]
    known += [0.0] * (48 - len(known))
    wide = {(month + shift - 1) % 12 + 1 for month in season for shift in (-1, 0, 1)}
    sums = [sum(known[(today.month - month) % 12 + back] for month in wide) for back in (0, 12, 24)]
    worked = [value for value in sums[1:] if value]
    is_near = any((today.month - month) % 12 <= 1 for month in season)
    latest = sums[1] if is_near and len(worked) == 2 and not sums[0] else sums[0]
    return latest, sum(worked) / len(worked) if worked else 0.0
