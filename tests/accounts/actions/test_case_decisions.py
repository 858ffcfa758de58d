"""The authority's decision on a zombie case, its being carried out, and its reopening."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.actions.cases import (
    answer_case,
    complete_case,
    decide_case,
    dismiss_case,
    reopen_case,
)
from accounts.errors import AnswerTermRunning, MergedElsewhere, SamePerson, SystemNotRetired
from accounts.models import AuditEvent, InformationSystem, SystemRelation, ZombieCase
from kernel.errors import Invalid
from tests.factories.accounts import SystemFactory
from tests.factories.cases import MONDAY, SOON, TODAY, MergeFactory, everything

pytestmark = pytest.mark.usefixtures("monday")


def test_the_authority_keeps_a_system_for_at_most_a_year(case, authority):
    row = case("answered")
    with pytest.raises(Invalid):
        decide_case(
            row,
            actor=authority,
            decision="keep",
            reason="同意",
            due_on=TODAY + timedelta(366),
        )
    kept = decide_case(
        row, actor=authority, decision="keep", reason="同意", due_on=TODAY + timedelta(365)
    )
    assert (kept.state, kept.decided_by) == ("decided", authority.id)
    assert list(ZombieCase.objects.exempting(TODAY)) == [kept]


def test_a_decision_lies_ahead(case, authority):
    row = case("answered")
    with pytest.raises(Invalid):
        decide_case(row, actor=authority, decision="retire", reason="同意", due_on=TODAY)
    row.refresh_from_db()
    assert row.state == "answered"


def test_who_answered_does_not_decide(case, department, actor_of):
    both = actor_of("department_admin", department, "authority")
    row = answer_case(case("notified"), actor=both, answer="keep", reason="汛期使用")
    before = everything()
    with pytest.raises(SamePerson):
        decide_case(row, actor=both, decision="keep", reason="同意", due_on=SOON)
    with pytest.raises(SamePerson):
        dismiss_case(row, actor=both, reason="误报")
    assert everything() == before


def test_nobody_decides_before_the_answer_while_the_term_runs(case, authority):
    words = {"decision": "retire", "reason": "逾期未答复", "due_on": SOON}
    row = case("notified", answer_by=TODAY)
    with pytest.raises(AnswerTermRunning):
        decide_case(row, actor=authority, **words)
    row.refresh_from_db()
    assert row.state == "notified"
    late = case("notified", answer_by=TODAY - timedelta(1))
    assert decide_case(late, actor=authority, **words).state == "decided"


def test_a_merge_moves_the_system_and_says_into_which(case, authority):
    other = SystemFactory()
    row = case("answered", answer="merge", merge_into=other)
    decide_case(row, actor=authority, decision="merge", reason="同意整合", due_on=SOON)
    row.system.refresh_from_db()
    assert row.system.state == "being_merged"
    relation = SystemRelation.objects.get()
    assert (relation.system_id, relation.kind, relation.other_id) == (
        row.system_id,
        "merged_into",
        other.pk,
    )
    trail = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(trail) == ["system.merged", "case.decided"]


def test_a_decision_other_than_the_answer_drops_the_answers_target(case, authority):
    row = case("answered", answer="merge", merge_into=SystemFactory())
    decided = decide_case(row, actor=authority, decision="retire", reason="停用", due_on=SOON)
    assert decided.merge_into is None
    assert not SystemRelation.objects.exists()


def test_a_system_is_merged_into_one_other_only(case, authority):
    row, other = case("answered"), SystemFactory()
    SystemRelation.objects.create(system=row.system, kind="merged_into", other=SystemFactory())
    with pytest.raises(MergedElsewhere):
        decide_case(
            row,
            actor=authority,
            decision="merge",
            reason="同意",
            due_on=SOON,
            merge_into=other,
        )
    row.refresh_from_db()
    assert (row.state, SystemRelation.objects.count()) == ("answered", 1)


@pytest.mark.parametrize("state", ["in_operation", "suspended", "being_merged"])
def test_a_retirement_is_complete_when_the_system_is_retired(case, admin, state):
    row = case("decided", system=SystemFactory(department=case().department, state=state))
    before = everything()
    with pytest.raises(SystemNotRetired):
        complete_case(row, actor=admin, outcome="已停用")
    assert everything() == before


def test_a_retirement_frees_the_yearly_maintenance_cost(case, admin):
    row = case("decided")
    InformationSystem.objects.filter(pk=row.system_id).update(state="retired")
    done = complete_case(row, actor=admin, outcome="数据已移交，服务器已下架")
    assert (done.state, done.money_freed) == ("completed", Decimal("12.50"))
    assert done.closed_at == MONDAY
    assert AuditEvent.objects.get().detail == {"decision": "retire", "money_freed": "12.50"}


def test_another_sum_may_be_given(case, authority):
    row = case("decided")
    InformationSystem.objects.filter(pk=row.system_id).update(state="retired")
    done = complete_case(row, actor=authority, outcome="完成", money_freed=Decimal("7.25"))
    assert done.money_freed == Decimal("7.25")


def test_money_that_a_completed_merge_freed_is_not_counted_twice(case, authority):
    row = case("decided")
    InformationSystem.objects.filter(pk=row.system_id).update(state="retired")
    MergeFactory(systems=[row.system], state="completed")
    assert complete_case(row, actor=authority, outcome="完成").money_freed == 0


@pytest.mark.parametrize("decision", ["keep", "rectify"])
def test_what_goes_on_running_frees_nothing_by_itself(case, admin, decision):
    row = complete_case(case("decided", decision=decision), actor=admin, outcome="已完成")
    assert (row.state, row.money_freed) == ("completed", None)


def test_a_kept_system_frees_nothing(case, admin):
    row = case("decided", decision="keep")
    with pytest.raises(Invalid):
        complete_case(row, actor=admin, outcome="保留", money_freed=Decimal(1))
    row.refresh_from_db()
    assert row.state == "decided"


def test_a_case_taken_up_again_asks_the_department_anew(case, authority, official_calendar):
    other = SystemFactory()
    row = case("answered", answer="merge", merge_into=other, answered_by=other.pk)
    decide_case(row, actor=authority, decision="merge", reason="同意", due_on=SOON)
    again = reopen_case(row, actor=authority, reason="目标系统停建")
    assert (again.state, again.answer, again.decision) == ("notified", "", "")
    assert (again.answered_by, again.decided_by, again.due_on) == (None, None, None)
    assert again.answer_by == date(2026, 3, 23)
    row.system.refresh_from_db()
    assert row.system.state == "in_operation"
    assert not SystemRelation.objects.exists()
    event = AuditEvent.objects.get(verb="case.reopened")
    assert (event.detail["decision_before"], event.detail["reason"]) == ("merge", "目标系统停建")


def test_a_merge_that_another_decision_wants_too_goes_on(case, authority):
    other = SystemFactory()
    row = case("answered")
    words = {"decision": "merge", "reason": "同意", "due_on": SOON, "merge_into": other}
    decide_case(row, actor=authority, **words)
    MergeFactory(target=other, systems=[row.system], state="accepted")
    reopen_case(row, actor=authority, reason="另案处理")
    row.system.refresh_from_db()
    assert row.system.state == "being_merged"
    assert SystemRelation.objects.count() == 1
