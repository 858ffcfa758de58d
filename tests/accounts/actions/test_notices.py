"""Notices reach the roles of the department they are for, and nobody else."""

import pytest

from accounts.actions.notices import notify_department
from accounts.actor import CLOCK
from accounts.models import Notice
from accounts.permissions import Role
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.people import actor_for, member_with


@pytest.mark.django_db
def test_a_notice_is_for_the_roles_that_it_names():
    here, there = DepartmentFactory(), DepartmentFactory()
    system = SystemFactory(department=here)
    made = notify_department(
        system,
        actor=CLOCK,
        department_id=here.pk,
        roles=[Role.STEWARD, Role.HEAD],
        verb="obligation.warned",
        reason="您所在部门的答复时限将至",
        due_on="2026-11-30",
    )
    assert (made.roles, made.subject_id) == (["head", "steward"], system.pk)
    assert made.facts == {"by": "clock", "due_on": "2026-11-30"}

    def seen(role, department):
        return list(Notice.objects.visible_to(actor_for(member_with((role,), department))))

    assert seen("head", here) == [made]
    assert seen("department_admin", here) == []
    assert seen("head", there) == []
    assert list(Notice.objects.visible_to(actor_for(system))) == []
    assert list(Notice.objects.undelivered()) == [made]
