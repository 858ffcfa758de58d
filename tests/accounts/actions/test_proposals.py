"""Deeds for two people: nothing happens before another person confirms."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts import twopersons
from accounts.actions.proposals import (
    confirm_proposal,
    expire_proposals,
    propose,
    refuse_proposal,
    spend,
    withdraw_proposal,
)
from accounts.actor import CLOCK
from accounts.errors import SamePerson
from accounts.models import AuditEvent, Department, Proposal
from accounts.permissions import Perm
from accounts.signin_errors import AlreadyProposed, SecondPersonNeeded
from accounts.twopersons import Deed
from kernel.errors import Forbidden, Gone, IllegalMove, Invalid
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.people import actor_for

pytestmark = pytest.mark.django_db
WHY = "系统被入侵"


@pytest.fixture
def done(monkeypatch):
    """What was carried out; two deeds of the tests are known, one done at once, one later."""
    found = []

    def carry_out(subject, *, actor, reason):
        found.append((subject.pk, actor.id, reason))
        return {"count": 3}

    def find(actor, key):
        return Department.objects.filter(pk=key).first()

    common = {"title": "", "perm": Perm.GRANT_REVOKE_ALL, "confirms": Perm.GRANT_REVOKE_ALL}
    monkeypatch.setattr(twopersons, "_deeds", {})
    twopersons.register(Deed(name="at.once", find=find, carry_out=carry_out, **common))
    twopersons.register(Deed(name="later", find=find, **common))
    return found


@pytest.fixture
def first(actor_of):
    return actor_of("security_admin")


@pytest.fixture
def second(actor_of):
    return actor_of("authority")


def made(actor, department, deed="at.once"):
    return propose(actor=actor, deed=deed, subject=department.pk, reason=WHY)


def test_a_deed_is_done_when_another_person_confirms_it(department, first, second, done):
    row = made(first, department)
    assert (row.state, done) == ("proposed", [])
    confirm_proposal(row, actor=second)
    assert (row.state, row.outcome) == ("done", {"count": 3})
    assert done == [(department.pk, second.id, WHY)]
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", "actor_id"))
    assert verbs == [
        ("proposal.made", first.id),
        ("proposal.confirmed", second.id),
        ("proposal.carried_out", second.id),
    ]


def test_nobody_confirms_ones_own(department, first, done):
    row = made(first, department)
    with pytest.raises(SamePerson):
        confirm_proposal(row, actor=first)
    row.refresh_from_db()
    assert (row.state, done) == ("proposed", [])


def test_the_database_itself_knows_two_people(department, first, done):
    row = made(first, department)
    with pytest.raises(IntegrityError, match="two_people_for_a_deed"):
        Proposal.objects.filter(pk=row.pk).update(state="done", decided_by_id=first.id)


@pytest.mark.parametrize("role", ["operator", "auditor", "department_admin", "head", "steward"])
def test_who_may_not_do_it_neither_proposes_nor_confirms_nor_refuses(
    department, first, actor_of, done, role
):
    with pytest.raises(Forbidden):
        made(actor_of(role, department), department)
    row = made(first, department)
    with pytest.raises(Forbidden):
        confirm_proposal(row, actor=actor_of(role, department))
    with pytest.raises(Forbidden):
        refuse_proposal(row, actor=actor_of(role, department), reason="x")
    row.refresh_from_db()
    assert (row.state, done) == ("proposed", [])


def test_a_system_proposes_nothing(department, done):
    with pytest.raises(Forbidden):
        made(actor_for(SystemFactory()), department)
    assert not Proposal.objects.exists()


def test_an_unknown_deed_or_subject_is_refused(department, first, done):
    for deed, subject in (("no.deed", department.pk), ("at.once", first.id)):
        with pytest.raises(Invalid):
            propose(actor=first, deed=deed, subject=subject, reason=WHY)
    assert not Proposal.objects.exists()


def test_the_same_is_proposed_once(department, first, done):
    made(first, department)
    with pytest.raises(AlreadyProposed):
        made(first, department)
    assert Proposal.objects.count() == 1


def test_what_was_refused_or_withdrawn_is_not_done(department, first, second, done):
    refused, withdrawn = made(first, department), made(first, DepartmentFactory())
    refuse_proposal(refused, actor=second, reason="先核实")
    withdraw_proposal(withdrawn, actor=first)
    for row in (refused, withdrawn):
        with pytest.raises(IllegalMove):
            confirm_proposal(row, actor=second)
    assert done == []
    assert refused.answer == "先核实"


def test_only_whoever_made_it_withdraws_it(department, first, second, done):
    row = made(first, department)
    with pytest.raises(Forbidden):
        withdraw_proposal(row, actor=second)
    row.refresh_from_db()
    assert row.state == "proposed"


def test_time_runs_out(department, first, second, done):
    row = made(first, department)
    Proposal.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    row.refresh_from_db()
    with pytest.raises(Gone):
        confirm_proposal(row, actor=second)
    assert expire_proposals(actor=CLOCK) == 1
    row.refresh_from_db()
    assert (row.state, done) == ("expired", [])
    assert made(first, department).state == "proposed"


def test_a_confirmed_proposal_is_spent_once_by_who_made_it(department, first, second, done):
    row = made(first, department, "later")
    with pytest.raises(SecondPersonNeeded):
        spend("later", department, actor=first)
    confirm_proposal(row, actor=second)
    assert row.state == "confirmed"
    for actor, subject in ((second, department), (first, DepartmentFactory())):
        with pytest.raises(SecondPersonNeeded):
            spend("later", subject, actor=actor)
    assert spend("later", department, actor=first, rows=1).outcome == {"rows": 1}
    with pytest.raises(SecondPersonNeeded):
        spend("later", department, actor=first)


def test_a_confirmed_proposal_whose_time_ran_out_serves_for_nothing(
    department, first, second, done
):
    confirm_proposal(made(first, department, "later"), actor=second)
    Proposal.objects.update(expires_at=timezone.now())
    with pytest.raises(SecondPersonNeeded):
        spend("later", department, actor=first)


def test_it_is_seen_by_those_whom_it_concerns(department, first, second, actor_of, done):
    row = made(first, department)
    for actor in (first, second, actor_of("auditor")):
        assert list(Proposal.objects.visible_to(actor)) == [row]
    for role in ("operator", "department_admin", "head", "steward", "business_operator"):
        assert not Proposal.objects.visible_to(actor_of(role, department)).exists()
    assert list(Proposal.objects.waiting_for(second)) == [row]
    assert not Proposal.objects.waiting_for(first).exists()
