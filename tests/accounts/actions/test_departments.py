"""The register of departments: a tree without circles, closed only when nothing hangs on it."""

import pytest

from accounts.actions.departments import change_department, close_department, register_department
from accounts.errors import DepartmentClosed, DepartmentInUse, DepartmentTaken
from accounts.models import AuditEvent, Department
from kernel.errors import Forbidden, Invalid, Stale
from tests.factories.accounts import DepartmentFactory, SystemFactory, credit_code

NEW = {"name": "示例省新局", "credit_code": credit_code(900_001), "division_code": "990000"}


@pytest.fixture
def operator(actor_of):
    return actor_of("operator")


def test_a_department_is_registered_with_its_code(operator):
    row = register_department(actor=operator, values=NEW)
    assert (row.name, row.is_active) == ("示例省新局", True)
    assert AuditEvent.objects.get(verb="department.registered").detail["name"] == "示例省新局"


def test_a_code_belongs_to_one_department(operator):
    register_department(actor=operator, values=NEW)
    with pytest.raises(DepartmentTaken):
        register_department(actor=operator, values=NEW | {"name": "另一局"})
    assert not Department.objects.filter(name="另一局").exists()


def test_every_wrong_code_is_named_at_once(operator):
    wrong = NEW | {"credit_code": NEW["credit_code"][:-1] + "?", "division_code": "99"}
    with pytest.raises(Invalid) as refused:
        register_department(actor=operator, values=wrong)
    pointers = {error["pointer"] for error in refused.value.facts["errors"]}
    assert pointers == {"#/credit_code", "#/division_code"}
    assert not Department.objects.filter(name=NEW["name"]).exists()


def test_the_tree_has_no_circle(operator):
    top = DepartmentFactory()
    below = DepartmentFactory(parent=DepartmentFactory(parent=top))
    with pytest.raises(Invalid):
        change_department(top, actor=operator, expected=None, values={"parent": below})
    top.refresh_from_db()
    assert top.parent_id is None


def test_a_change_of_an_older_version_is_refused(operator):
    row = DepartmentFactory()
    change_department(row, actor=operator, expected=1, values={"short_name": "甲"})
    with pytest.raises(Stale):
        change_department(row, actor=operator, expected=1, values={"short_name": "乙"})
    assert Department.objects.get(pk=row.pk).short_name == "甲"


def test_a_department_in_use_is_not_closed(operator):
    row, parent = DepartmentFactory(), DepartmentFactory()
    SystemFactory(department=row)
    DepartmentFactory(parent=parent)
    for used in (row, parent):
        with pytest.raises(DepartmentInUse):
            close_department(used, actor=operator)
        used.refresh_from_db()
        assert used.is_active


def test_a_department_is_closed_once(operator):
    row = DepartmentFactory()
    assert not close_department(row, actor=operator).is_active
    with pytest.raises(DepartmentClosed):
        close_department(row, actor=operator)
    assert AuditEvent.objects.filter(verb="department.closed").count() == 1


def test_an_admin_changes_no_department(actor_of, department):
    with pytest.raises(Forbidden):
        close_department(department, actor=actor_of("department_admin", department))
    department.refresh_from_db()
    assert department.is_active
