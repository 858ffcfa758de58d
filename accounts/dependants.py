"""Who depends on systems: the systems related to them, what holds them, open subscriptions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import SignalYear, SystemHold, SystemRelation
from accounts.vocabulary import Relation, SignalKind

# How far back the last told number of subscriptions is looked for.
_LATELY = 30


class Risk(IntEnum):
    """What it would break to take a system out of service."""

    LOW = 0  # nobody is known to depend on it
    MEDIUM = 1  # other systems are registered as depending on it
    HIGH = 2  # others are granted or subscribe to its data


@dataclass
class Dependants:
    """Who depends on one system."""

    systems: list[str] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    subscriptions: int = 0

    @property
    def risk(self) -> Risk:
        """How grave it would be to take the system away."""
        if self.holds or self.subscriptions:
            return Risk.HIGH
        return Risk.MEDIUM if self.systems else Risk.LOW

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "systems": self.systems,
            "holds": self.holds,
            "subscriptions": self.subscriptions,
            "risk": self.risk.name.lower(),
        }


def dependants_of(systems: Iterable[UUID]) -> dict[UUID, Dependants]:
    """System -> who depends on it, in four statements however many systems are asked about."""
    found = {key: Dependants() for key in systems}
    asked = list(found)
    supplied = SystemRelation.objects.filter(kind=Relation.SUPPLIES, system__in=asked)
    for system, name in supplied.order_by("pk").values_list("system_id", "other__name"):
        found[system].systems.append(name)
    used = SystemRelation.objects.filter(kind=Relation.USES, other__in=asked)
    for system, name in used.order_by("pk").values_list("other_id", "system__name"):
        found[system].systems.append(name)
    holds = SystemHold.objects.filter(system__in=asked).order_by("pk")
    for system, note in holds.values_list("system_id", "note"):
        found[system].holds.append(note)
    for system, number in _subscriptions(asked):
        found[system].subscriptions = max(found[system].subscriptions, number)
    return found


def _subscriptions(systems: list[UUID]) -> Iterable[tuple[UUID, int]]:
    today = timezone.localdate()
    since = today - timedelta(days=_LATELY)
    years = SignalYear.objects.filter(
        system__in=systems,
        kind=SignalKind.SUBSCRIPTIONS_OPEN,
        year__in={today.year, since.year},
    )
    for system, year, days in years.values_list("system_id", "year", "days"):
        first = since.timetuple().tm_yday - 1 if year == since.year else 0
        last = today.timetuple().tm_yday if year == today.year else len(days)
        told = [number for number in days[first:last] if number is not None]
        if told:
            yield system, int(told[-1])
