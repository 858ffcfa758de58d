"""The register of departments in the portal."""

import pytest

from accounts.models import Department
from tests.factories.accounts import DepartmentFactory, MemberFactory, SystemFactory, credit_code
from tests.portal import text

pytestmark = pytest.mark.django_db
NEW = {
    "name": "示例省档案局",
    "kind": "J",
    "credit_code": credit_code(990, "12990000"),
    "division_code": "990000",
}


def test_everybody_reads_the_departments_with_what_they_have(visitor, department):
    SystemFactory(department=department)
    MemberFactory(department=department)
    steward = visitor("steward", department)
    page = text(steward.get("/departments"))
    assert department.name in page
    assert "/departments/register" not in page
    page = text(steward.get(f"/departments/{department.pk}"))
    assert department.credit_code in page
    assert 'method="post"' not in page.split("<main")[1]
    assert steward.get("/departments/register").status_code == 403
    assert steward.post(f"/departments/{department.pk}/edit", NEW).status_code == 403


def test_the_operator_enters_and_corrects_one(visitor):
    operator = visitor("operator")
    answer = operator.post("/departments/register", NEW)
    row = Department.objects.get(name="示例省档案局")
    assert answer["Location"] == f"/departments/{row.pk}"
    above = DepartmentFactory()
    form = {**NEW, "short_name": "档案局", "parent": str(above.pk), "version": row.version}
    assert operator.post(f"/departments/{row.pk}/edit", form).status_code == 302
    row.refresh_from_db()
    assert (row.short_name, row.parent_id) == ("档案局", above.pk)
    answer = operator.post(f"/departments/{row.pk}/edit", form)
    assert answer.status_code == 412
    assert 'value="档案局"' in text(answer)


def test_a_wrong_code_is_said_beside_its_field(visitor):
    answer = visitor("operator").post("/departments/register", {**NEW, "credit_code": "1" * 18})
    assert answer.status_code == 422
    assert "代码不正确，请与证书核对。" in text(answer)
    assert not Department.objects.filter(name=NEW["name"]).exists()


def test_a_department_with_running_systems_is_not_closed(visitor, department):
    system, operator = SystemFactory(department=department), visitor("operator")
    answer = operator.post(f"/departments/{department.pk}/steps/close")
    assert answer.status_code == 409
    department.refresh_from_db()
    assert department.is_active
    system.delete()
    assert operator.post(f"/departments/{department.pk}/steps/close").status_code == 302
    department.refresh_from_db()
    assert not department.is_active


def test_the_list_asks_few_questions(visitor, django_assert_max_num_queries):
    DepartmentFactory.create_batch(10)
    operator = visitor("operator")
    with django_assert_max_num_queries(14):
        operator.get("/departments")
