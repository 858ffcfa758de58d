"""All rights of a system or a department end at once, when two people want it."""

import pytest

from accounts.actions.proposals import confirm_proposal, propose
from accounts.errors import SamePerson
from accounts.models import AuditEvent
from exchange.actions.reads import read_changes
from exchange.actions.revocations import revoke_grants
from exchange.errors import GrantEnded
from exchange.models import Grant
from kernel.errors import Forbidden
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import row

WHY = "系统被入侵"


@pytest.fixture
def guard(actor_of):
    return actor_of("security_admin")


def proposed(actor, deed, subject):
    return propose(actor=actor, deed=deed, subject=subject.pk, reason=WHY)


def test_two_people_end_all_rights_of_a_system_and_nothing_is_read_any_more(world, guard, actor_of):
    world.publish([row("110101")])
    lane = world.subscribe(grant=world.grant())
    made = proposed(guard, "grant.revoke_all_of_system", world.reader)
    assert Grant.objects.get().state == "active"
    confirm_proposal(made, actor=actor_of("authority"))
    assert (made.state, made.outcome) == ("done", {"grants": 1})
    grant = Grant.objects.get()
    assert (grant.state, grant.end_reason) == ("revoked", WHY)
    with pytest.raises(GrantEnded):
        read_changes(lane, actor=world.actor("reader"), cursor=None, limit=1)
    assert AuditEvent.objects.filter(verb="grant.revoked").count() == 1


def test_a_system_that_a_right_names_beside_its_own_reads_nothing_any_more(world, guard, actor_of):
    sister = SystemFactory(department=world.requester)
    world.grant(systems=[sister.pk])
    made = proposed(guard, "grant.revoke_all_of_system", sister)
    confirm_proposal(made, actor=actor_of("authority"))
    assert made.outcome == {"grants": 1}
    assert Grant.objects.get().state == "revoked"


def test_one_person_alone_ends_nothing(world, guard):
    world.grant()
    made = proposed(guard, "grant.revoke_all_of_department", world.requester)
    with pytest.raises(SamePerson):
        confirm_proposal(made, actor=guard)
    assert Grant.objects.get().state == "active"


def test_a_system_that_holds_nothing_loses_nothing_and_others_keep_theirs(world, guard, actor_of):
    world.grant()
    made = proposed(guard, "grant.revoke_all_of_system", SystemFactory())
    confirm_proposal(made, actor=actor_of("security_admin"))
    assert made.outcome == {"grants": 0}
    assert Grant.objects.get().state == "active"


@pytest.mark.parametrize("role", ["operator", "auditor", "head", "department_admin"])
def test_who_may_end_one_right_does_not_end_all(world, actor_of, role):
    world.grant()
    with pytest.raises(Forbidden):
        revoke_grants(actor=actor_of(role, world.requester), reason=WHY, system=world.reader)
    assert Grant.objects.get().state == "active"
