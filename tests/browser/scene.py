"""Something of everything that the portal shows, with names of one script only."""

from __future__ import annotations

from accounts.actions.notices import notify_department
from accounts.actor import CLOCK
from accounts.models import Department, Member
from accounts.permissions import Role
from catalog.search.indexing import refresh
from tests.factories.accounts import DepartmentFactory, SystemFactory, UserFactory
from tests.factories.cases import case_in
from tests.factories.catalog import entry_with_items, published_resource

PEOPLE = tuple(role for role in Role if role is not Role.SYSTEM)
NAMES = {
    "zh-hans": (
        "民政厅",
        "低保信息系统",
        "低保对象信息",
        "全省低保对象的基本情况。",
        "姓名",
        "办事员",
    ),
    "en": ("Civil Affairs", "Aid System", "Aid Recipients", "Who receives aid.", "Name", "Clerk"),
}


def make_scene(language: str) -> dict[Role, Member]:
    """A department with systems, cases, entries and notices; a person of each role."""
    place, system, entry, abstract, item, person = NAMES[language]
    department = DepartmentFactory(name=place)
    running = SystemFactory(department=department, name=system, function=abstract)
    for state in ("suspected", "notified", "decided"):
        case_in(
            state,
            system__department=department,
            system__name=f"{system} {state[:1]}",
            system__function=abstract,
        )
    items = [{"column": "name", "name": item, "data_type": "C", "length": 60}]
    words = {
        "name": entry,
        "abstract": abstract,
        "data_class": entry,
        "secrecy_assessment": abstract,
    }
    shown = published_resource(department, items, **words)
    category = shown.category
    category.change(name=entry)
    entry_with_items(items, resource__department=department, resource__category=category, **words)
    refresh([shown.pk])
    assert running.department_id == department.pk
    _tell(department)
    return {
        role: _person(department, role, f"{person} {number}") for number, role in enumerate(PEOPLE)
    }


def _tell(department: Department) -> None:
    notify_department(
        department,
        actor=CLOCK,
        department_id=department.pk,
        roles=PEOPLE,
        verb="obligation.overdue",
        reason="Your department has this duty.",
    )


def _person(department: Department, role: Role, name: str) -> Member:
    return Member.objects.create(
        user=UserFactory(name=name), department=department, roles=[role.value]
    )
