"""The register taken in from a form, and given out as one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts import audit
from accounts.actions.registers import BEFORE_VERSIONS
from accounts.actor import Actor
from accounts.errors import ImportRefused, SystemNameTaken
from accounts.models import Department, InformationSystem, SystemVersion, ZombieCase
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.register.checking import Checked, FormFault
from accounts.register.columns import BY_NAME
from accounts.register.planning import Departments, Plan, Planned, departments_of, plan
from accounts.register.reading import Form
from accounts.register.versions import values_of
from accounts.states import ZOMBIE_CASE
from accounts.vocabulary import Answer
from kernel.errors import Invalid
from kernel.texts import Text

ATOMIC, PARTIAL = "atomic", "partial"
MODES = (ATOMIC, PARTIAL)
# So many faults stand in an answer; all of them are counted, and marked in the workbook.
SHOWN_FAULTS = 1000
_CHUNK = 500


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do: ``received`` is the sum of the four counts of rows."""

    received: int
    new: int
    changed: int
    unchanged: int
    wrong: int
    faults: list[FormFault]
    ignored_columns: tuple[str, ...]
    is_dry_run: bool

    def facts(self) -> dict[str, Any]:
        """The result as plain values, with the first faults."""
        shown = [vars(fault) for fault in self.faults[:SHOWN_FAULTS]]
        return {
            "received": self.received,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "wrong": self.wrong,
            "faults_total": len(self.faults),
            "faults": shown,
            "ignored_columns": list(self.ignored_columns),
            "dry_run": self.is_dry_run,
        }


@transaction.atomic
def import_systems(
    form: Form,
    *,
    actor: Actor,
    change_message: str,
    mode: str = ATOMIC,
    is_dry_run: bool = False,
) -> ImportResult:
    """Enter and correct systems as a form says, with a version of each that changed.

    Rows are matched by department and code, then by name. ``atomic`` refuses the form if a row is
    wrong (ImportRefused with the faults), ``partial`` takes the right rows; a dry run writes
    nothing and refuses nothing.
    """
    require(actor, Perm.SYSTEM_IMPORT)
    if mode not in MODES:
        raise Invalid.field("mode", Text("must be one of: {known}", known=MODES), "invalid-choice")
    checked = Checked(form)
    made = _plan(checked, actor, is_dry_run)
    result = ImportResult(
        received=made.received,
        new=len(made.new),
        changed=len(made.changed),
        unchanged=made.unchanged,
        wrong=made.wrong,
        faults=sorted(made.faults, key=lambda fault: fault.row),
        ignored_columns=form.ignored,
        is_dry_run=is_dry_run,
    )
    if is_dry_run:
        return result
    if made.wrong and mode == ATOMIC:
        raise ImportRefused(**result.facts())
    if made.new or made.changed:
        _carry_out(made, change_message, actor)
    return result


def form_rows(systems: "QuerySet[InformationSystem]") -> Iterator[Mapping[str, Any]]:
    """Systems as rows of the form, in the order of departments and names; read in pieces."""
    answered = ZombieCase.objects.filter(
        system=OuterRef("pk"), state__in=("decided", "completed")
    ).order_by("-pk")
    rows = systems.order_by("department__name", "name", "pk").values(
        *BY_NAME,
        department_title=_of_department("name"),
        credit_code=_of_department("credit_code"),
        decision=Subquery(answered.values("decision")[:1]),
        step=Subquery(answered.values("state")[:1]),
    )
    for row in rows.iterator(chunk_size=2000):
        yield {**row, "department": row["department_title"], "cleaned": _cleaned(row)}


def _of_department(column: str) -> Subquery:
    rows = Department.objects.filter(pk=OuterRef("department_id"))
    return Subquery(rows.values(column)[:1])


def _cleaned(row: Mapping[str, Any]) -> str:
    if not row["decision"]:
        return ""
    done = "（已完成）" if row["step"] == ZOMBIE_CASE.moves["complete"][1] else "（办理中）"
    return f"{Answer(row['decision']).label}{done}"


def _plan(checked: Checked, actor: Actor, is_dry_run: bool) -> Plan:
    places = departments_of(checked, _departments(actor))
    wanted = sorted(set(places.values()))
    rows = InformationSystem.objects.filter(department_id__in=wanted).order_by("pk")
    if not is_dry_run:
        # Departments before systems, each by key: two imports cannot wait for each other.
        owners = Department.objects.filter(pk__in=wanted).order_by("pk")
        list(owners.select_for_update(no_key=True).values_list("pk"))
        rows = rows.select_for_update(no_key=True)
    return plan(checked, places, rows.values("id", "department_id", *BY_NAME))


def _departments(actor: Actor) -> Departments:
    rows = Department.objects.filter(is_active=True)
    known = list(rows.values_list("pk", "name", "short_name", "credit_code"))
    full = {name: pk for pk, name, _, _ in known}
    short: dict[str, list[UUID]] = {}
    for pk, _, name, _ in known:
        short.setdefault(name, []).append(pk)
    alone = {name: pks[0] for name, pks in short.items() if name and len(pks) == 1}
    return Departments(
        by_name=alone | full,
        by_code={code: pk for pk, _, _, code in known},
        own=actor.department_id if may(actor, Perm.SYSTEM_REGISTER) else None,
        may_import=lambda pk: may(actor, Perm.SYSTEM_IMPORT, pk),
    )


def _carry_out(made: Plan, message: str, actor: Actor) -> None:
    try:
        with transaction.atomic():
            _enter(made.new, message, actor)
            _correct(made.changed, message, actor)
    except IntegrityError as twice:
        raise SystemNameTaken("others registered one of these systems meanwhile") from twice


def _enter(planned: list[Planned], message: str, actor: Actor) -> None:
    rows = [InformationSystem(department_id=one.department_id, **one.values) for one in planned]
    InformationSystem.objects.bulk_create(rows, batch_size=_CHUNK)
    _keep(((row, 1) for row in rows), message, actor)
    audit.record_all(
        actor,
        "system.registered",
        ((row, {"name": row.name, "state": row.state, "imported": True}) for row in rows),
    )


def _correct(planned: list[Planned], message: str, actor: Actor) -> None:
    found = InformationSystem.objects.in_bulk([one.system_id for one in planned])
    rows = [found[one.system_id] for one in planned if one.system_id]
    last = _last_versions(rows, actor)
    for row, one in zip(rows, planned, strict=True):
        for name, value in one.values.items():
            setattr(row, name, value)
        row.version += 1
        row.updated_at = row.evidence_at = timezone.now()
    changed = sorted({name for one in planned for name in one.values})
    if rows:
        # One statement for many rows with different values; each row is there already.
        InformationSystem.objects.bulk_create(
            rows,
            batch_size=_CHUNK,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*changed, "version", "updated_at", "evidence_at"],
        )
    _keep(((row, last[row.pk] + 1) for row in rows), message, actor)
    audit.record_all(
        actor,
        "system.changed",
        (
            (row, {"fields": sorted(one.values), "change_message": message, "imported": True})
            for row, one in zip(rows, planned, strict=True)
        ),
    )


def _last_versions(rows: list[InformationSystem], actor: Actor) -> dict[UUID, int]:
    """The number of each system's last version; systems without one get their first."""
    numbers = SystemVersion.objects.filter(system__in=[row.pk for row in rows])
    latest = numbers.order_by("system_id", "-number").distinct("system_id")
    last = dict(latest.values_list("system_id", "number"))
    fresh = [row for row in rows if row.pk not in last]
    _keep(((row, 1) for row in fresh), BEFORE_VERSIONS, None)
    return {row.pk: last.get(row.pk, 1) for row in rows}


def _keep(
    rows: "Iterator[tuple[InformationSystem, int]]", message: str, actor: Actor | None
) -> None:
    versions = [
        SystemVersion(
            system=row,
            number=number,
            values=values_of(row),
            change_message=message[:400],
            changed_by=actor.id if actor else None,
        )
        for row, number in rows
    ]
    SystemVersion.objects.bulk_create(versions, batch_size=_CHUNK)
