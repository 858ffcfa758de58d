"""Roles under concurrency: the three administrators stay apart, names stay unique."""

import threading

import pytest
from django.db import connection

from accounts.actions.members import add_member, grant_role
from accounts.actor import CLOCK
from accounts.errors import AdministratorsApart, UsernameTaken
from accounts.models import Member, User
from tests.factories.accounts import DepartmentFactory, MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)


def race(*deeds):
    """Run the deeds at once; the refusals that came."""
    barrier, refused = threading.Barrier(len(deeds)), []

    def run(deed):
        try:
            barrier.wait(10)
            deed()
        except (AdministratorsApart, UsernameTaken) as no:
            refused.append(type(no))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return refused


def test_two_grants_at_once_never_make_one_person_two_administrators():
    first = MemberFactory(roles=[])
    second = MemberFactory(user=first.user, roles=[])
    refused = race(
        lambda: grant_role(first, actor=CLOCK, role="auditor"),
        lambda: grant_role(second, actor=CLOCK, role="security_admin"),
    )
    assert refused == [AdministratorsApart]
    held = Member.objects.filter(user=first.user).values_list("roles", flat=True)
    assert sorted(len(roles) for roles in held) == [0, 1]


def test_two_people_of_one_name_at_once_are_one_person_and_one_refusal():
    departments = [DepartmentFactory(), DepartmentFactory()]

    def adder(department):
        return lambda: add_member(
            department,
            actor=CLOCK,
            username="li.ming",
            name="李明",
            password="seven small blue lanterns",
            roles=["steward"],
        )

    assert race(*map(adder, departments)) == [UsernameTaken]
    assert User.objects.filter(username="li.ming").count() == 1
    assert Member.objects.count() == 1
