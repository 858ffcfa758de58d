"""The numbers behind the criteria. 39号 sets none, so each jurisdiction may set its own.

The defaults are the platform's proposal; a change is a new edition of the rules with its basis.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from kernel.errors import Invalid
from kernel.texts import Text

# Name -> (least, most).
RANGES: dict[str, tuple[float, float]] = {
    "least_days_told": (30, 365),
    "stale_days": (7, 180),
    "young_days": (90, 1095),
    "stray_transactions": (0, 1000),
    "steady_transactions": (1, 10_000),
    "remnant_percent": (1, 50),
    "overlap_percent": (50, 100),
    "outgrown_percent": (1, 50),
    "idle_cpu_percent": (1, 50),
    "idle_growth_percent": (0, 20),
    "contract_grace_days": (0, 365),
    "unmaintained_days": (90, 1825),
    "small_users": (1, 1000),
    "rare_logins": (1, 10_000),
    "calls_relied_on": (1, 100_000),
    "season_months": (1, 6),
}


@dataclass(frozen=True)
class Thresholds:
    """Where suspicion begins."""

    # A series speaks only with this many days in the year, the last at most so long ago.
    least_days_told: float = 90
    stale_days: float = 60
    # A system in use for less than this is not suspected for little use.
    young_days: float = 365
    # Z1: up to this many transactions in 12 months are no business.
    stray_transactions: float = 3
    # This many transactions a month are business, however few people do it.
    steady_transactions: float = 5
    # What is left of the year before when a use has withered.
    remnant_percent: float = 5
    # Z2: shared functions and items; own use as a share of the other's when users went over.
    overlap_percent: float = 70
    outgrown_percent: float = 25
    # Z3, over 6 months.
    idle_cpu_percent: float = 5
    idle_growth_percent: float = 0.2
    # Z4.
    contract_grace_days: float = 90
    unmaintained_days: float = 365
    # Z5, a month.
    small_users: float = 5
    rare_logins: float = 10
    # Calls by others a month that make a system one that others rely on.
    calls_relied_on: float = 10
    # A season is at most so many months of the year.
    season_months: float = 4


DEFAULTS = Thresholds()
NAMES = tuple(item.name for item in fields(Thresholds))


def check_thresholds(values: Mapping[str, Any]) -> dict[str, float]:
    """All thresholds with these changes; Invalid names every unknown, ill-typed or extreme one."""
    errors = [error for name, value in values.items() if (error := _fault(name, value))]
    if errors:
        raise Invalid(errors=errors)
    return {**asdict(DEFAULTS), **values}


def thresholds_from(values: Mapping[str, Any]) -> Thresholds:
    """The thresholds of a stored edition; what it does not name has its default."""
    return Thresholds(**{name: value for name, value in values.items() if name in NAMES})


def _fault(name: str, value: Any) -> dict[str, str] | None:
    pointer = f"#/thresholds/{name}"
    if name not in RANGES:
        detail = Text("there is no such threshold; they are: {known}", known=RANGES)
        return {"pointer": pointer, "code": "unknown-field", "detail": detail}
    if isinstance(value, bool) or not isinstance(value, int | float):
        return {"pointer": pointer, "code": "invalid", "detail": Text("must be a number")}
    least, most = RANGES[name]
    if not least <= value <= most:
        detail = Text("must be {least:g} to {most:g}", least=least, most=most)
        return {"pointer": pointer, "code": "out-of-range", "detail": detail}
    return None
