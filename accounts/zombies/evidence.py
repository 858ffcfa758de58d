"""What is known of a system when it is judged: plain values, read by somebody else."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

YEAR_DAYS, HALF_DAYS, MONTH_DAYS = 365, 180, 30.4
# Of the year before; a total of fewer is not said beside that of a whole year.
COMPARABLE_DAYS = 300


@dataclass(frozen=True)
class Span:
    """One kind of fact over a stretch of days.

    ``told`` counts the days with a number, ``zeros`` those of them with the number zero;
    ``first`` and ``last`` are the outermost told days.
    """

    told: int = 0
    zeros: int = 0
    total: float = 0.0
    peak: float = 0.0
    first: date | None = None
    last: date | None = None

    @property
    def covered(self) -> int:
        """For how many days the numbers speak.

        Whoever tells zeros speaks for the days told; whoever tells only what happened speaks for
        the days between the first and the last telling, and for no day after it.
        """
        if self.zeros or self.first is None or self.last is None:
            return self.told
        return (self.last - self.first).days + 1

    @property
    def monthly(self) -> float:
        """The total for an average month of the days spoken for."""
        return self.total / self.covered * MONTH_DAYS if self.covered else 0.0

    @property
    def mean(self) -> float:
        """The average of the told numbers."""
        return self.total / self.told if self.told else 0.0


NOTHING = Span()


@dataclass(frozen=True)
class Series:
    """One kind of fact: the 365 days up to today, the last 180 of them, and two years before.

    ``last_active`` is the last day of the three years with a number above zero. ``growth`` is the
    last told number less the first told one of the last 180 days, ``growth_days`` days apart.
    ``months``: the sums of up to 36 calendar months, this one last, None where nothing was
    told; empty where they were not read.
    """

    year: Span = NOTHING
    half: Span = NOTHING
    before: Span = NOTHING
    earlier: Span = NOTHING
    last_active: date | None = None
    latest: float = 0.0
    growth: float = 0.0
    growth_days: int = 0
    months: tuple[float | None, ...] = ()

    @property
    def year_before(self) -> float | None:
        """The total of the year before to a tenth, None unless nearly all of it is known."""
        return round(self.before.total, 1) if self.before.covered >= COMPARABLE_DAYS else None


NO_SERIES = Series()


@dataclass(frozen=True)
class Peer:
    """Another running system that does the same or is declared to replace this one.

    ``overlap`` is the share (0 to 1) of this system's functions and items that the peer has.
    """

    id: UUID
    name: str
    overlap: float
    business_items: tuple[str, ...] = ()
    data_items: tuple[str, ...] = ()
    is_declared: bool = False
    evidence: "Evidence | None" = None


@dataclass(frozen=True)
class Evidence:
    """Everything the rules may look at. Empty texts, None and absent series are not known."""

    started_on: date | None = None
    stopped_on: date | None = None
    maintainer: str = ""
    maintained_until: date | None = None
    use_scope: str = ""
    use_frequency: str = ""
    user_count: int | None = None
    yearly_growth_gb: float | None = None
    season: tuple[int, ...] = ()
    has_function: bool = True
    # Names of what others rely on: systems that use it or that it supplies, living grants.
    dependants: tuple[str, ...] = ()
    series: dict[str, Series] = field(default_factory=dict)
    peers: tuple[Peer, ...] = ()

    def of(self, kind: str) -> Series:
        """The series of a kind of fact; an empty one where none was told."""
        return self.series.get(kind, NO_SERIES)

    @cached_property
    def is_told(self) -> bool:
        """True if any fact was told in the last year."""
        return any(series.year.told for series in self.series.values())


@dataclass(frozen=True)
class Finding:
    """What one criterion says: its level, the facts it rests on, those it lacks, one sentence."""

    criterion: str
    level: str
    facts: dict[str, object]
    missing: tuple[str, ...]
    zh: str
    en: str

    def to_json(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "level": self.level,
            "facts": self.facts,
            "missing": list(self.missing),
            "zh": self.zh,
            "en": self.en,
        }
