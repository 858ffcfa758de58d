"""What the exchange tells the catalogue of the data: attached or not, and when they last came.

Publishing must wait for nobody who edits the resource, and nobody for publishing. So the row is
taken only where it is free, and a publication writes it once a day at most, for freshness counts
days. What was skipped because somebody held the row is settled from the exchange's own rows by
the timetable (``settle_data``), which compares and writes only what differs.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import execute_values

from accounts.actor import CLOCK, Actor
from accounts.calendars import calendars_from
from accounts.permissions import Perm
from accounts.policy import require
from accounts.workdays import Calendars
from catalog.models import Resource, SearchDocument
from catalog.quality.timeliness import fresh_until

_CHUNK = 2000
_NOTE = """
    UPDATE catalog_resource AS kept
    SET is_attached = new.is_attached, data_updated_at = new.came::timestamptz
    FROM (VALUES %s) AS new (id, is_attached, came) WHERE kept.id = new.id::uuid
"""
_WRITE = """
    UPDATE catalog_searchdocument AS kept
    SET is_attached = new.is_attached, fresh_until = new.fresh_until::date
    FROM (VALUES %s) AS new (resource_id, is_attached, fresh_until)
    WHERE kept.resource_id = new.resource_id::uuid
"""


class Holding(NamedTuple):
    """What the exchange holds of a resource."""

    resource_id: UUID
    # None: nothing is told of this.
    is_attached: bool | None
    data_updated_at: datetime | None


@transaction.atomic
def note_data(resource_id: UUID, *, actor: Actor, at: datetime) -> bool:
    """Data of the resource came, or were confirmed unchanged; whether that was written now.

    Not written: on a day that is noted already, and while somebody holds the row.
    """
    return bool(_note([Holding(resource_id, None, at)]))


@transaction.atomic
def note_attached(resource_id: UUID, is_attached: bool, *, actor: Actor) -> bool:
    """Data are attached to the resource (挂接) or no longer; whether that was written now."""
    return bool(_note([Holding(resource_id, is_attached, None)]))


@transaction.atomic
def settle_data(holdings: Sequence[Holding], *, actor: Actor = CLOCK) -> int:
    """Bring resources in line with what the exchange holds of them; how many were changed.

    Rows that somebody holds are left for the next time.
    """
    require(actor, Perm.CATALOG_LOAD)
    return _note(holdings)


def refresh_freshness(*, actor: Actor = CLOCK) -> int:
    """Count for every entry in force anew until when its data are fresh; how many changed.

    For new calendars, and for whatever was skipped because it was held.
    """
    require(actor, Perm.CATALOG_LOAD)
    changed, last = 0, UUID(int=0)
    while True:
        after = SearchDocument.objects.filter(pk__gt=last).order_by("pk")
        keys = list(after.values_list("pk", flat=True)[:_CHUNK])
        if not keys:
            return changed
        with transaction.atomic():
            changed += _freshen(keys)
        last = keys[-1]


def _note(holdings: Sequence[Holding]) -> int:
    """Set what differs, where nobody holds the row; how many rows. No editor's version moves."""
    told = {one.resource_id: one for one in holdings}
    columns = ("pk", "is_attached", "data_updated_at")
    # Read without a lock first: mostly nothing differs, and nobody is held up to see that.
    rows = Resource.objects.filter(pk__in=told).values_list(*columns)
    differing = [row[0] for row in rows if _difference(told[row[0]], *row[1:])]
    free = Resource.objects.select_for_update(skip_locked=True, no_key=True)
    held = free.filter(pk__in=differing).order_by("pk").values_list(*columns) if differing else ()
    changes = [(row[0], *change) for row in held if (change := _difference(told[row[0]], *row[1:]))]
    if changes:
        with connection.cursor() as cursor:
            execute_values(cursor.cursor, _NOTE, changes)
        _freshen([key for key, *_ in changes])
    return len(changes)


def _difference(
    told: Holding, is_attached: bool, noted: datetime | None
) -> tuple[bool, datetime | None] | None:
    """What the row should say; None if it says so already. A later hour of a day differs in
    nothing."""
    came = told.data_updated_at
    is_newer = came is not None and (
        noted is None or timezone.localdate(noted) < timezone.localdate(came)
    )
    should = is_attached if told.is_attached is None else told.is_attached
    if should is is_attached and not is_newer:
        return None
    return should, came if is_newer else noted


def _freshen(keys: Sequence[UUID]) -> int:
    """Let search documents say what their resources say of the data; how many were changed."""
    rows = list(
        SearchDocument.objects.filter(pk__in=keys)
        .order_by("pk")
        .values_list(
            "pk",
            "is_attached",
            "fresh_until",
            "entry__update_cycle",
            "published_at",
            "resource__is_attached",
            "resource__data_updated_at",
        )
    )
    calendars = _calendars(came or began for *_, began, _, came in rows)
    changes = []
    for key, was_attached, was_until, cycle, began, is_attached, came in rows:
        until = fresh_until(cycle, _day(came), _day(began), calendars)
        if (was_attached, was_until) != (is_attached, until):
            changes.append((key, is_attached, until))
    free = SearchDocument.objects.select_for_update(skip_locked=True).order_by("pk")
    differing = [key for key, *_ in changes]
    held = set(free.filter(pk__in=differing).values_list("pk", flat=True)) if changes else set()
    changes = [change for change in changes if change[0] in held]
    if changes:
        with connection.cursor() as cursor:
            execute_values(cursor.cursor, _WRITE, changes)
    return len(changes)


def _calendars(moments: Iterable[datetime | None]) -> Calendars:
    """The calendars from the first day that anything is counted from."""
    this_year = timezone.localdate().year
    first = min((day.year for day in map(_day, moments) if day), default=this_year)
    # What came this year is owed at the latest by the end of the next, or a few days after.
    return calendars_from(first, years=this_year - first + 3)


def _day(at: datetime | None) -> date | None:
    return timezone.localdate(at) if at else None
