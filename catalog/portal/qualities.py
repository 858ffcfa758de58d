"""The quality of an entry in the portal: how complete it is and how fresh its data are."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.calendars import calendars_from
from catalog.models import Entry, Item, Resource
from catalog.portal.quality_words import FRESHNESS, gap_lines
from catalog.portal.words import UPDATE_CYCLES
from catalog.quality.completeness import score
from catalog.quality.timeliness import standing
from catalog.versions import entry_values, item_values

_GOOD, _FAIR = 90, 70


@dataclass(frozen=True)
class Quality:
    """Points from 0 to 100 with the gaps, and how the data stand to their own cycle."""

    points: int
    gaps: list[tuple[Any, int]]
    cycle: Any
    freshness: tuple[Any, str] | None
    fresh_until: date | None
    workdays_overdue: int
    data_updated_at: datetime | None

    @property
    def badge(self) -> str:
        """The colour of the points."""
        return "good" if self.points >= _GOOD else "warn" if self.points >= _FAIR else "bad"


def quality_of(resource: Resource, entry: Entry, items: list[Item]) -> Quality:
    """The quality of this version, and of the data of the entry in force."""
    points, gaps = score(entry_values(entry), [item_values(item) for item in items])
    found = _standing(resource) if resource.published else None
    return Quality(
        points=points,
        gaps=gap_lines(gaps),
        cycle=UPDATE_CYCLES.get(entry.update_cycle, ""),
        freshness=FRESHNESS[found.code] if found else None,
        fresh_until=found.fresh_until if found else None,
        workdays_overdue=found.workdays_overdue if found else 0,
        data_updated_at=resource.data_updated_at,
    )


def _standing(resource: Resource) -> Any:
    published = resource.published
    if published is None:
        return None
    came, began = _day(resource.data_updated_at), _day(published.published_at)
    today = timezone.localdate()
    first = (came or began or today).year
    calendars = calendars_from(first, years=today.year - first + 3)
    return standing(published.update_cycle, came, began, today, calendars)


def _day(at: datetime | None) -> date | None:
    return timezone.localdate(at) if at else None
