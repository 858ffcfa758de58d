"""The requester's own records of use, kept for three years or longer (Order 809 Art. 29).

There is no deed that changes or removes one: what was left out is said in a further record.
"""

from collections.abc import Iterable
from datetime import date
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import notify_department
from accounts.actions.obligations import open_obligation
from accounts.actor import Actor
from accounts.clocks import CLOCKS
from accounts.models import Department
from accounts.permissions import Perm, Role
from accounts.policy import require
from exchange.models import Grant, UseRecord
from kernel.errors import Invalid
from kernel.texts import Text

# The titles of the notices, which their verbs give: named here to be translated.
TITLES = (gettext_noop("Use recorded"),)

_CHUNK = 2000


@transaction.atomic
def record_use(
    grant: Grant,
    *,
    actor: Actor,
    starts_on: date,
    ends_on: date,
    keep_until: date | None = None,
    **statements: str,
) -> UseRecord:
    """Record how what was received was used in a period; to be kept from then on (C7).

    ``statements`` are scenario, process, effect, storage and disposal (使用场景、使用过程、应用
    成效、存储情况、销毁情况). ``keep_until`` may be later than three years, never earlier.
    """
    require(actor, Perm.USE_RECORD, grant.department_id)
    _check_period(grant, starts_on, ends_on)
    least = _years_after(max(timezone.localdate(), ends_on), CLOCKS["C7"].years)
    if keep_until is not None and keep_until < least:
        raise Invalid.field(
            "keep_until", Text("must not be before {least}", least=least), "too-early"
        )
    record = UseRecord.objects.create(
        grant=grant,
        department_id=grant.department_id,
        edition=grant.edition,
        starts_on=starts_on,
        ends_on=ends_on,
        recorded_by=cast(UUID, actor.id),
        keep_until=keep_until or least,
        **statements,
    )
    open_obligation(
        "C7",
        record,
        actor=actor,
        department_id=grant.department_id,
        counterpart_id=grant.provider_id,
        due_on=record.keep_until,
    )
    audit.record(
        actor, "use.recorded", record, grant=str(grant.pk), keep_until=str(record.keep_until)
    )
    notify_department(
        record,
        actor=actor,
        department_id=grant.provider_id,
        roles=(Role.STEWARD,),
        verb="use.recorded",
        reason=gettext_noop("A department that holds a right of yours has recorded its use."),
        resource=str(grant.resource),
        starts_on=str(starts_on),
        ends_on=str(ends_on),
    )
    return record


def export_records(rows: QuerySet[UseRecord], *, actor: Actor, format: str) -> Iterable[UseRecord]:
    """The records of a selection that the actor may see, oldest first, to be written as a file."""
    require(actor, Perm.USE_VIEW)
    seen = rows & UseRecord.objects.visible_to(actor)
    department = Department.objects.get(pk__in=[actor.department_id])
    audit.record(actor, "use.exported", department, rows=seen.count(), format=format)
    return seen.order_by("pk").iterator(_CHUNK)


def _check_period(grant: Grant, starts_on: date, ends_on: date) -> None:
    if starts_on > ends_on:
        raise Invalid.field("ends_on", "must not be before the first day")
    if ends_on > timezone.localdate():
        raise Invalid.field("ends_on", "must not be to come: record what has been")
    if starts_on < timezone.localdate(grant.created_at):
        raise Invalid.field("starts_on", "is before the grant was given")


def _years_after(day: date, years: int) -> date:
    """The same day so many years on; the 1st of March where there is no 29th of February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
