"""What the register says of a system: entered, corrected, and kept in versions."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.errors import DepartmentClosed, SystemCodeTaken, SystemNameTaken
from accounts.models import Department, InformationSystem, SystemVersion
from accounts.permissions import Perm
from accounts.policy import require
from accounts.register.columns import BY_NAME
from accounts.register.versions import Difference, Values, differences, plain, values_of
from accounts.states import REGISTRABLE, SYSTEM
from accounts.vocabulary import Network
from kernel.errors import Invalid, Stale
from kernel.texts import Text

REGISTERED = "登记"
BEFORE_VERSIONS = "变更前的登记内容"


@transaction.atomic
def register_system(
    department: Department,
    *,
    actor: Actor,
    name: str,
    function: str,
    network: str = Network.EXTRANET,
    state: str = SYSTEM.start,
    change_message: str = REGISTERED,
    **values: Any,
) -> InformationSystem:
    """Register a system in the state it really has, from planned to in operation; its first
    version is kept. ``values`` are other columns of the register."""
    require(actor, Perm.SYSTEM_REGISTER, department.pk)
    if not department.is_active:
        raise DepartmentClosed()
    check_registrable(state)
    row = InformationSystem(
        department=department,
        name=name,
        function=function,
        network=network,
        state=state,
        **_columns(values),
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as twice:
        raise _taken(twice) from twice
    write_version(row, change_message, actor=actor)
    audit.record(actor, "system.registered", row, name=name, state=state)
    return row


@transaction.atomic
def change_system(
    row: InformationSystem,
    *,
    actor: Actor,
    expected: int | None,
    values: dict[str, Any],
    change_message: str,
) -> InformationSystem:
    """Correct what the register says and keep it as a new version; values that are as they were
    make none. ``expected`` is the row's version that the caller read."""
    require(actor, Perm.SYSTEM_CHANGE, row.department_id)
    locked = InformationSystem.objects.select_for_update(no_key=True).get(pk=row.pk)
    if expected is not None and locked.version != expected:
        raise Stale(expected=expected, found=locked.version)
    before = values_of(locked)
    changes = {
        name: value
        for name, value in _columns(values).items()
        if plain(BY_NAME[name], value) != before[name]
    }
    if not changes:
        return locked
    keep_first(locked, before)
    try:
        with transaction.atomic():
            locked.change(**changes, evidence_at=timezone.now())
    except IntegrityError as twice:
        raise _taken(twice) from twice
    write_version(locked, change_message, actor=actor)
    audit.record(
        actor, "system.changed", locked, fields=sorted(changes), change_message=change_message
    )
    return locked


def write_version(row: InformationSystem, message: str, *, actor: Actor) -> SystemVersion:
    """Keep what the register says of the row now, as its next version.

    The caller holds the row's lock, or has just made the row.
    """
    last = SystemVersion.objects.filter(system=row).aggregate(last=Max("number"))["last"] or 0
    return SystemVersion.objects.create(
        system=row,
        number=last + 1,
        values=values_of(row),
        change_message=message[:400],
        changed_by=actor.id,
    )


def keep_first(row: InformationSystem, before: Values) -> None:
    """Keep what was registered before versions were kept, so that the next one can be compared."""
    if not SystemVersion.objects.filter(system=row).exists():
        SystemVersion.objects.create(
            system=row, number=1, values=before, change_message=BEFORE_VERSIONS
        )


def diff_versions(old: SystemVersion | None, new: SystemVersion) -> list[Difference]:
    """What changed from one version to another, column by column; all of it for a first one."""
    return differences(old.values if old else {}, new.values)


def history_of(
    row: InformationSystem, versions: Sequence[SystemVersion]
) -> list[tuple[SystemVersion, list[Difference]]]:
    """Versions, each with what it changed; a system's first one with nothing."""
    former = {version.number: version for version in versions}
    numbers = {number - 1 for number in former if number > 1} - set(former)
    if numbers:
        before = SystemVersion.objects.filter(system=row, number__in=numbers)
        former |= {version.number: version for version in before}
    return [
        (version, diff_versions(former[number], version) if number in former else [])
        for version in versions
        for number in [version.number - 1]
    ]


def check_registrable(state: str) -> None:
    """Invalid unless a system can be registered in this state."""
    if state not in REGISTRABLE:
        raise Invalid.field(
            "state", Text("must be one of: {known}", known=REGISTRABLE), "invalid-choice"
        )


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(values) - (set(BY_NAME) - {"state"}))
    if unknown:
        raise Invalid.field(unknown[0], "the register has no such column", "unknown-field")
    return values


def _taken(twice: IntegrityError) -> SystemNameTaken | SystemCodeTaken:
    return SystemCodeTaken() if "one_system_code_each" in str(twice) else SystemNameTaken()
