"""备案: handed in complete, held against the register, accepted or returned by the authority."""

import pytest

from accounts.actions.filings import accept_filing, return_filing, similar_systems, submit_filing
from accounts.errors import FilingIncomplete, SamePerson, SimilarSystems
from accounts.models import AuditEvent
from kernel.errors import Forbidden, IllegalMove
from tests.factories.accounts import SystemFactory
from tests.factories.registers import full_system
from tests.people import actor_for, member_with

pytestmark = pytest.mark.django_db


def test_a_filing_is_handed_in_and_accepted(admin, authority, department):
    row = submit_filing(full_system(department=department), actor=admin)
    assert (row.filing_state, row.filed_by) == ("submitted", admin.id)
    assert row.filed_at is not None
    assert accept_filing(row, actor=authority).filing_state == "accepted"
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["system.filed", "system.accepted"]


def test_everything_that_a_filing_lacks_is_said_at_once(admin, department):
    row = SystemFactory(department=department)
    with pytest.raises(FilingIncomplete) as refused:
        submit_filing(row, actor=admin)
    assert len(refused.value.facts["errors"]) == 9
    row.refresh_from_db()
    assert (row.filing_state, row.version) == ("draft", 1)
    assert not AuditEvent.objects.exists()


def test_new_construction_answers_for_similar_systems(admin, authority, department):
    known = full_system(name="示例省婚姻登记管理平台", business_items=["结婚登记"])
    full_system(name="旧婚姻登记系统", state="retired")
    SystemFactory(name="学籍管理系统")
    row = full_system(
        department=department, name="婚姻登记信息系统", state="planned", data_items=["新项"]
    )
    with pytest.raises(SimilarSystems) as refused:
        submit_filing(row, actor=admin)
    [similar] = refused.value.facts["similar"]
    assert (similar["id"], similar["name"]) == (str(known.pk), "示例省婚姻登记管理平台")
    assert similar["department_name"] == known.department.name
    assert similar["shared_business_items"] == ["结婚登记"]
    assert similar["business_overlap"] == 0.5
    row.refresh_from_db()
    assert row.filing_state == "draft"
    row = submit_filing(row, actor=admin, reason="现有系统不支持跨省通办")
    assert row.filing_reason == "现有系统不支持跨省通办"
    assert accept_filing(row, actor=authority).filing_state == "accepted"
    assert AuditEvent.objects.get(verb="system.filed").detail["similar"] == [str(known.pk)]


def test_a_running_system_need_not_say_why_it_exists(admin, department):
    full_system(name="婚姻登记管理平台")
    row = full_system(department=department, name="婚姻登记信息系统")
    assert [one.other.name for one in similar_systems(row)] == ["婚姻登记管理平台"]
    assert submit_filing(row, actor=admin).filing_state == "submitted"


def test_a_double_that_came_meanwhile_keeps_a_filing_from_being_accepted(
    admin, authority, department
):
    row = full_system(department=department, name="婚姻登记信息系统", state="planned")
    submit_filing(row, actor=admin)
    full_system(name="婚姻登记管理平台")
    with pytest.raises(SimilarSystems):
        accept_filing(row, actor=authority)
    row.refresh_from_db()
    assert row.filing_state == "submitted"


def test_a_returned_filing_says_why_and_can_be_handed_in_again(admin, authority, department):
    row = submit_filing(full_system(department=department), actor=admin)
    row = return_filing(row, actor=authority, reason="投资额度与批复不符")
    assert (row.filing_state, row.filing_reason) == ("returned", "投资额度与批复不符")
    assert submit_filing(row, actor=admin).filing_state == "submitted"


def test_whoever_handed_it_in_does_not_accept_it(department):
    member = member_with(("department_admin", "authority"), department)
    row = submit_filing(full_system(department=department), actor=actor_for(member))
    with pytest.raises(SamePerson):
        accept_filing(row, actor=actor_for(member))
    row.refresh_from_db()
    assert row.filing_state == "submitted"


@pytest.mark.parametrize("state", ["draft", "returned", "accepted"])
def test_only_a_filing_handed_in_is_accepted_or_returned(authority, state):
    row = full_system(filing_state=state)
    with pytest.raises(IllegalMove):
        accept_filing(row, actor=authority)
    with pytest.raises(IllegalMove):
        return_filing(row, actor=authority, reason="x")
    row.refresh_from_db()
    assert (row.filing_state, row.version) == (state, 1)


def test_departments_file_their_own_and_accept_none(actor_of, admin, department):
    other, own = full_system(), full_system(department=department, filing_state="submitted")
    with pytest.raises(Forbidden):
        submit_filing(other, actor=admin)
    with pytest.raises(Forbidden):
        accept_filing(own, actor=admin)
    with pytest.raises(Forbidden):
        submit_filing(own, actor=actor_of("steward", department))
    own.refresh_from_db()
    assert own.filing_state == "submitted"
