"""The role table holds what the law and the separation of duties demand."""

from uuid import uuid4

import pytest

from accounts.actor import CLOCK, NOBODY, Actor
from accounts.errors import SamePerson
from accounts.permissions import ADMINISTRATORS, ROLES, Perm, Role
from accounts.policy import may, may_everywhere, require, require_another
from kernel.errors import Forbidden

HERE, THERE = uuid4(), uuid4()


def person(*roles):
    return Actor("person", uuid4(), "甲", HERE, frozenset(roles))


def test_every_role_and_every_permission_is_in_the_table():
    assert set(ROLES) == set(Role)
    assert {perm for holding in ROLES.values() for perm in holding.perms} == set(Perm)


def test_the_auditor_only_reads():
    assert {perm.value.split(".")[1] for perm in ROLES[Role.AUDITOR].perms} == {"view"}


def test_only_the_auditor_reads_the_trail():
    assert [role for role in Role if Perm.AUDIT_VIEW in ROLES[role].perms] == [Role.AUDITOR]


def test_the_operator_has_no_right_to_any_data():
    nouns = {perm.value.split(".")[0] for perm in ROLES[Role.OPERATOR].perms}
    people = {"member", "role", "account", "password", "identity", "proposal"}
    assert nouns == people | {"department", "system", "calendar"}


def test_the_business_operator_decides_nothing():
    deciding = {Perm.RESOURCE_PUBLISH, Perm.OBLIGATION_EXTEND, Perm.REQUEST_ANSWER}
    assert not deciding & ROLES[Role.BUSINESS_OPERATOR].perms


def test_no_administrator_decides_about_data():
    for role in ADMINISTRATORS:
        for perm in ROLES[role].perms:
            assert perm.value.split(".")[1] not in {"publish", "answer", "approve", "agree"}


def test_a_department_role_counts_in_its_own_department_only():
    head = person(Role.HEAD)
    assert may(head, Perm.RESOURCE_APPROVE, HERE)
    assert not may(head, Perm.RESOURCE_APPROVE, THERE)
    assert not may_everywhere(head, Perm.RESOURCE_APPROVE)


def test_a_platform_role_counts_everywhere():
    authority = person(Role.AUTHORITY)
    assert may(authority, Perm.RESOURCE_PUBLISH, THERE)
    assert may_everywhere(authority, Perm.RESOURCE_PUBLISH)


def test_nobody_may_nothing_and_the_clock_needs_no_role():
    assert not any(may(NOBODY, perm) for perm in Perm)
    assert all(may(CLOCK, perm, THERE) for perm in Perm)


def test_a_refusal_names_the_missing_permission():
    with pytest.raises(Forbidden) as refused:
        require(person(Role.STEWARD), Perm.RESOURCE_APPROVE, HERE)
    assert refused.value.facts == {"permission": "resource.approve"}


def test_two_steps_need_two_people():
    head = person(Role.HEAD)
    with pytest.raises(SamePerson):
        require_another(head, head.id)
    require_another(head, uuid4())
    require_another(head, None)
