"""The numbers of the register: by department, each leading to its list, and as a file."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.cases import VerdictFactory, case_in
from tests.portal import text

pytestmark = pytest.mark.django_db


def test_each_number_leads_to_the_list_that_it_counts(visitor, department):
    VerdictFactory(system=case_in("notified", system__department=department).system)
    SystemFactory(department=department, filing_state="accepted")
    page = text(visitor("authority").get("/system-numbers"))
    assert f'<a href="/systems?department={department.pk}">2</a>' in page
    assert f'<a href="/systems?filing=accepted&amp;department={department.pk}">1</a>' in page
    assert f'<a href="/systems?verdict=suspected&amp;department={department.pk}">1</a>' in page
    assert "<td>投运</td>" in page or "在用" in page


def test_a_department_sees_its_own_numbers_alone(admin, department):
    other = DepartmentFactory()
    page = text(admin.get("/system-numbers"))
    assert department.name in page
    assert other.name not in page


def test_the_table_is_a_file_too(visitor, department):
    SystemFactory(department=department)
    answer = visitor("authority").get("/system-numbers?as=xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("部门", "已登记", "在用")
    assert (department.name, 1, 1) in [row[:3] for row in rows]


@pytest.mark.parametrize("year", ["1850", "soon", ""])
def test_a_year_that_is_not_offered_is_this_one(admin, year):
    assert admin.get(f"/system-numbers?year={year}").status_code == 200


def test_who_has_no_part_in_it_sees_nothing(visitor):
    assert visitor("security_admin").get("/system-numbers").status_code == 403
