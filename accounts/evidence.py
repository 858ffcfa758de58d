"""Whether evidence still leaves the database; where it does not, what counts most must stop.

The clock of this is rows (``CheckpointPlace``) and the database's time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from accounts.checkpoints import places
from accounts.errors import EvidenceNotStored
from accounts.models import AuditEvent, CheckpointPlace
from kernel.texts import Text

_STILL = "nothing was sealed since: beat, or the worker of the queue clock, does not run"


@dataclass(frozen=True)
class Standing:
    """A place of checkpoints, and how long ago it had all of them."""

    address: str
    label: str
    age: timedelta
    fault: str

    @property
    def place(self) -> str:
        """How pages call it: a file by its path, another host without what its address may hold."""
        return self.label if "://" in self.address else self.address

    @property
    def is_late(self) -> bool:
        """Half of the time is over after which publishing and granting stop."""
        return self.age > _limit() / 2

    @property
    def stops(self) -> bool:
        """The time is over."""
        return self.age > _limit()


def standings() -> list[Standing]:
    """Every place of the settings. One that never had all counts from the first entry of all."""
    known = {row.address: row for row in _rows([place.address for place in places()])}
    found, first = [], None
    for place in places():
        row: Any = known.get(place.address)
        if row is None or row.age is None:
            first = _first_age() if first is None else first
        age = row.age if row is not None and row.age is not None else first
        fault = row.fault if row is not None else ""
        found.append(Standing(place.address, place.label, age or timedelta(), fault))
    return found


def require_stored() -> None:
    """EvidenceNotStored if a place has been without the newest checkpoints for too long.

    One read of a table with a row for each place.
    """
    worst = max(standings(), key=lambda standing: standing.age)
    if worst.stops:
        raise EvidenceNotStored(
            Text(
                "the {place} has not taken a checkpoint of the evidence for {minutes} minutes"
                " ({cause}); reading goes on, and publishing and granting do so once an operator"
                " has mended it",
                place=Text(worst.label),
                minutes=int(worst.age.total_seconds() // 60),
                cause=Text(worst.fault or _STILL),
            ),
            retry_after=60,
        )


def _rows(addresses: list[str]) -> Iterable[CheckpointPlace]:
    age = ExpressionWrapper(Now() - F("stored_at"), output_field=DurationField())
    return CheckpointPlace.objects.filter(address__in=addresses).annotate(age=age)


def _first_age() -> timedelta:
    age = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    first = AuditEvent.objects.order_by("pk").annotate(age=age).values_list("age", flat=True)
    return first.first() or timedelta()


def _limit() -> timedelta:
    return timedelta(seconds=settings.CHECKPOINT_LIMIT_SECONDS)
