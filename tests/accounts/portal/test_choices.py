"""Departments to choose from: a select where they are few, a typed name where they are many."""

import pytest

from accounts.models import Department, Member
from tests.factories.accounts import DepartmentFactory
from tests.portal import text

pytestmark = pytest.mark.django_db


def test_names_are_suggested_to_who_signed_in(visitor, department, client):
    DepartmentFactory(name="海洋局")
    DepartmentFactory(name="海事局", is_active=False)
    steward = visitor("steward", department)
    answer = steward.get("/departments/names?of=parent&parent=海")
    assert text(answer) == '<option value="海洋局"></option>'
    assert text(steward.get("/departments/names?of=parent")) == ""
    answer = client.get("/departments/names?of=parent&parent=海")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")


def test_a_person_is_added_to_a_department_whose_name_was_typed(visitor, department, monkeypatch):
    monkeypatch.setattr("kernel.typed.MOST_CHOICES", 0)
    other, operator = DepartmentFactory(name="海洋局"), visitor("operator", department)
    page = text(operator.get("/members/add"))
    assert f'value="{department.name}"' in page
    assert "海洋局" not in page
    new = {"username": "wang.fang", "name": "王芳", "password": "correct-horse-9-battery"}
    refused = operator.post("/members/add", {**new, "department": "水利局"})
    assert refused.status_code == 422
    assert 'value="水利局"' in text(refused)
    assert not Member.objects.filter(user__username="wang.fang").exists()
    assert operator.post("/members/add", {**new, "department": "海洋"}).status_code == 302
    assert Member.objects.get(user__username="wang.fang").department == other


def test_a_page_of_thousands_of_departments_has_none_of_them(visitor, department, monkeypatch):
    monkeypatch.setattr("kernel.typed.MOST_CHOICES", 3)
    for number in range(5):
        DepartmentFactory(name=f"第{number}区局")
    authority = visitor("authority")
    for address in ("/campaigns/new", "/imports/new", "/code-lists/new"):
        page = text(authority.get(address)).split("<main")[1]
        assert Department.objects.get(name="第3区局").name not in page, address
