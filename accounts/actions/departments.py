"""The register of departments: the tree that everything belongs to."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.actor import Actor
from accounts.codes import credit_code_fault, division_code_fault
from accounts.errors import DepartmentClosed, DepartmentInUse, DepartmentTaken
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import require
from accounts.states import RUNNING
from kernel.errors import Invalid


@transaction.atomic
def register_department(*, actor: Actor, values: dict[str, Any]) -> Department:
    """Put a department into the register, with the code of its certificate."""
    require(actor, Perm.DEPARTMENT_REGISTER)
    _check(values)
    row = Department(**values)
    _save(row)
    audit.record(actor, "department.registered", row, name=row.name, credit_code=row.credit_code)
    return row


@transaction.atomic
def change_department(
    row: Department, *, actor: Actor, expected: int | None, values: dict[str, Any]
) -> Department:
    """Correct what the register says; ``expected`` is the version that the caller read."""
    require(actor, Perm.DEPARTMENT_CHANGE)
    _check(values)
    if "parent" in values:
        _check_parent(row, values["parent"])
    try:
        with transaction.atomic():
            row.change(expected, **values)
    except IntegrityError as twice:
        raise DepartmentTaken() from twice
    audit.record(actor, "department.changed", row, fields=sorted(values))
    return row


@transaction.atomic
def close_department(row: Department, *, actor: Actor) -> Department:
    """Close a department: its people and systems can no longer act; what it did stays."""
    require(actor, Perm.DEPARTMENT_CLOSE)
    locked = Department.objects.select_for_update().get(pk=row.pk)
    if not locked.is_active:
        raise DepartmentClosed()
    if locked.children.filter(is_active=True).exists():
        raise DepartmentInUse("close or move the departments below it first")
    if locked.systems.filter(state__in=RUNNING).exists():
        raise DepartmentInUse("suspend or retire its running systems first")
    locked.change(is_active=False)
    audit.record(actor, "department.closed", locked)
    return locked


def _check(values: dict[str, Any]) -> None:
    checks = {"credit_code": credit_code_fault, "division_code": division_code_fault}
    faults = [
        {"pointer": f"#/{name}", "code": "invalid", "detail": fault}
        for name, check in checks.items()
        if name in values and (fault := check(values[name]))
    ]
    if faults:
        raise Invalid(errors=faults)
    if values.get("parent") and not values["parent"].is_active:
        raise DepartmentClosed("the department above is closed")


def _check_parent(row: Department, parent: Department | None) -> None:
    # One mover of the tree at a time, or two moves together could close a circle.
    list(Department.objects.select_for_update().order_by("pk").values_list("pk"))
    while parent is not None:
        if parent.pk == row.pk:
            raise Invalid.field("parent", "a department cannot lie below itself")
        parent = parent.parent


def _save(row: Department) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as twice:
        raise DepartmentTaken() from twice
