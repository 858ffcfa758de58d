"""The due process of zombie cases: every step, every refusal, and that nothing ends by itself."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.actions.calendar import load_calendar_year
from accounts.actions.cases import (
    answer_case,
    complete_case,
    decide_case,
    dismiss_case,
    escalate_due,
    merge_targets,
    notify_case,
    open_case,
    open_cases,
    reopen_case,
)
from accounts.actor import CLOCK
from accounts.errors import AnswerTermRunning, MergedElsewhere, SamePerson, SystemNotRetired
from accounts.models import (
    AuditEvent,
    InformationSystem,
    SystemRelation,
    Verdict,
    ZombieCase,
)
from accounts.states import CASE_OPEN, ZOMBIE_CASE
from kernel.errors import Forbidden, IllegalMove, Invalid
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.cases import FINDINGS, MergeFactory, VerdictFactory, case_in

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in China
TODAY = date(2026, 3, 2)
SOON = date(2026, 6, 30)
DEEDS = {
    "notify": (notify_case, {}),
    "dismiss": (dismiss_case, {"reason": "证据不足"}),
    "answer": (answer_case, {"answer": "keep", "reason": "汛期使用"}),
    "decide": (decide_case, {"decision": "keep", "reason": "同意保留", "due_on": SOON}),
    "complete": (complete_case, {"outcome": "已停用"}),
    "reopen": (reopen_case, {"reason": "情况有变"}),
}


@pytest.fixture(autouse=True)
def monday(db, time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def authority(actor_of):
    return actor_of("authority")


@pytest.fixture
def admin(actor_of, department):
    return actor_of("department_admin", department)


@pytest.fixture
def case(department):
    """``case("answered", ...)`` about a system of the department."""
    return lambda state="suspected", **columns: case_in(
        state,
        **({"system": SystemFactory(department=department, maintenance_cost="12.50")} | columns),
    )


def everything():
    """All rows that a step could touch."""
    tables = (ZombieCase, InformationSystem, SystemRelation, Verdict, AuditEvent)
    return {model: list(model.objects.order_by("pk").values()) for model in tables}


def verbs():
    return list(
        AuditEvent.objects.filter(verb__startswith="case.")
        .order_by("pk")
        .values_list("verb", flat=True)
    )


# Opening.


def test_a_suspicion_opens_a_case_with_the_evidence_as_it_is_now(department):
    verdict = VerdictFactory(system__department=department)
    case = open_case(verdict.system, verdict)
    assert (case.state, case.department_id) == ("suspected", department.pk)
    assert case.evidence["findings"] == FINDINGS
    verdict.findings = {}
    verdict.save()
    case.refresh_from_db()
    assert case.evidence["findings"] == FINDINGS
    assert verbs() == ["case.opened"]


@pytest.mark.parametrize("level", ["clear", "watch", "unknown"])
def test_only_a_suspicion_opens_a_case(level):
    verdict = VerdictFactory(level=level)
    assert open_case(verdict.system, verdict) is None
    assert not ZombieCase.objects.exists()


@pytest.mark.parametrize("state", CASE_OPEN)
def test_a_system_has_one_open_case(case, state):
    standing = case(state)
    before = everything()
    verdict = VerdictFactory.build(system=standing.system, rules_id=None)
    assert open_cases([verdict]) == []
    assert everything() == before


@pytest.mark.parametrize("state", ["being_merged", "retired"])
def test_a_system_on_its_way_out_gets_no_case(state):
    assert open_cases([VerdictFactory(system__state=state)]) == []


@pytest.mark.parametrize(
    ("standing", "spared"),
    [
        ({"state": "completed", "decision": "keep", "due_on": TODAY}, True),
        ({"state": "completed", "decision": "keep", "due_on": TODAY - timedelta(1)}, False),
        ({"state": "dismissed", "due_on": TODAY}, True),
        ({"state": "dismissed", "due_on": None}, False),
        ({"state": "completed", "decision": "rectify"}, True),
        ({"state": "completed", "decision": "rectify", "closed_at": NOW - timedelta(90)}, False),
        ({"state": "completed", "decision": "retire"}, False),
    ],
)
def test_an_exempt_system_gets_no_case_until_the_exemption_ends(case, standing, spared):
    system = case(**standing).system
    assert len(open_cases([VerdictFactory(system=system)])) == (0 if spared else 1)


def test_cases_are_opened_in_few_statements(django_assert_max_num_queries):
    verdicts = VerdictFactory.create_batch(40)
    with django_assert_max_num_queries(8):
        assert len(open_cases(verdicts)) == 40
    assert AuditEvent.objects.filter(verb="case.opened").count() == 40


def test_a_department_opens_no_case(admin):
    with pytest.raises(Forbidden):
        open_cases([VerdictFactory()], actor=admin)
    assert not ZombieCase.objects.exists()


# Notice.


def test_the_notice_gives_fifteen_workdays_by_the_calendar(case, authority, official_calendar):
    row = notify_case(case(), actor=authority)
    assert (row.state, row.answer_by, row.is_provisional) == ("notified", date(2026, 3, 23), False)
    assert AuditEvent.objects.get(verb="case.notified").detail == {
        "workdays": 15,
        "answer_by": "2026-03-23",
    }


@pytest.mark.parametrize("workdays", [0, 4, 61])
def test_a_term_is_five_to_sixty_workdays(case, authority, workdays):
    row = case()
    before = everything()
    with pytest.raises(Invalid):
        notify_case(row, actor=authority, workdays=workdays)
    assert everything() == before


def test_a_term_into_a_year_without_calendar_is_settled_when_the_year_comes(
    case, authority, official_calendar, time_machine
):
    time_machine.move_to(datetime(2026, 12, 28, 1, 0, tzinfo=UTC), tick=False)
    row = notify_case(case(), actor=authority, workdays=5)
    assert (row.answer_by, row.is_provisional) == (date(2027, 1, 4), True)
    days = {date(2027, 1, 1): False, date(2027, 1, 4): False}
    load_calendar_year(2027, days, "国办发明电〔2026〕7号", actor=CLOCK)
    assert escalate_due() == 0
    row.refresh_from_db()
    assert (row.answer_by, row.is_provisional) == (date(2027, 1, 6), False)
    assert verbs() == ["case.notified", "case.recomputed"]


# Answer.


@pytest.mark.parametrize(
    "words",
    [
        {"answer": "keep", "reason": "汛期使用"},
        {"answer": "rectify", "promised_on": SOON},
        {"answer": "retire", "promised_on": SOON},
        {"answer": "retire"},
    ],
)
def test_the_department_answers(case, admin, words):
    row = answer_case(case("notified"), actor=admin, **words)
    assert (row.state, row.answer, row.answered_by) == ("answered", words["answer"], admin.id)
    assert row.promised_on == words.get("promised_on")
    assert AuditEvent.objects.get().detail == {"answer": words["answer"], "late": False}


@pytest.mark.parametrize(
    ("words", "pointer"),
    [
        ({"answer": "keep"}, "reason"),
        ({"answer": "keep", "reason": "  "}, "reason"),
        ({"answer": "keep", "reason": "汛期使用", "promised_on": SOON}, "promised_on"),
        ({"answer": "rectify", "reason": "将整改"}, "promised_on"),
        ({"answer": "rectify", "promised_on": TODAY}, "promised_on"),
        ({"answer": "retire", "promised_on": TODAY - timedelta(1)}, "promised_on"),
        ({"answer": "merge"}, "merge_into"),
    ],
)
def test_an_answer_says_what_its_kind_needs(case, admin, words, pointer):
    row = case("notified")
    before = everything()
    with pytest.raises(Invalid) as refused:
        answer_case(row, actor=admin, **words)
    assert refused.value.facts["errors"][0]["pointer"] == f"#/{pointer}"
    assert everything() == before


@pytest.mark.parametrize("state", ["planned", "suspended", "being_merged", "retired"])
def test_a_merge_needs_a_running_system(case, admin, state):
    row, other = case("notified"), SystemFactory(state=state)
    with pytest.raises(Invalid):
        answer_case(row, actor=admin, answer="merge", merge_into=other)
    row.refresh_from_db()
    assert row.state == "notified"


def test_a_system_is_not_merged_into_itself(case, admin):
    row = case("notified")
    with pytest.raises(Invalid):
        answer_case(row, actor=admin, answer="merge", merge_into=row.system)


def test_a_late_answer_counts_and_is_marked(case, admin):
    late = case("notified", answer_by=TODAY - timedelta(1), is_escalated=True)
    row = answer_case(late, actor=admin, answer="retire")
    assert (row.state, row.is_answered_late, row.is_escalated) == ("answered", True, False)
    assert AuditEvent.objects.get().detail["late"] is True


def test_another_department_does_not_answer(case, actor_of):
    row = case("notified")
    with pytest.raises(Forbidden):
        answer_case(row, actor=actor_of("head", DepartmentFactory()), answer="retire")
    row.refresh_from_db()
    assert (row.state, row.answer) == ("notified", "")


def test_a_department_may_merge_into_its_own_systems_and_the_one_found_to_replace(case, admin):
    row, found, foreign = case("notified"), SystemFactory(), SystemFactory()
    own = SystemFactory(department=row.department)
    VerdictFactory(system=row.system, replacement=found)
    assert set(merge_targets(row, actor=admin)) == {own, found}
    assert foreign not in merge_targets(row, actor=admin)


# Decision.


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


# Carried out.


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
    assert done.closed_at == NOW
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


# The clock.


def test_the_clock_marks_what_is_late_once_and_closes_nothing(case):
    yesterday = TODAY - timedelta(1)
    late = [
        case("notified", answer_by=yesterday),
        case("decided", due_on=yesterday),
        case("decided", decision="keep", due_on=yesterday),
    ]
    in_time = [
        case(),
        case("notified", answer_by=TODAY),
        case("answered", answer_by=yesterday),
        case("decided", due_on=TODAY),
        case("completed", due_on=yesterday),
    ]
    before = {row.pk: row.state for row in ZombieCase.objects.all()}
    assert (escalate_due(), escalate_due()) == (3, 0)
    assert set(ZombieCase.objects.filter(is_escalated=True)) == set(late)
    assert set(ZombieCase.objects.filter(is_escalated=False)) == set(in_time)
    assert {row.pk: row.state for row in ZombieCase.objects.all()} == before
    assert verbs() == ["case.escalated"] * 3


# Every step that the table forbids.


@pytest.mark.parametrize(
    ("state", "move"),
    [
        (state, move)
        for state in ZOMBIE_CASE.states
        for move in ZOMBIE_CASE.moves
        if not ZOMBIE_CASE.allows(state, move)
    ],
)
def test_a_forbidden_step_is_refused_without_a_trace(case, authority, admin, state, move):
    row = case(state)
    deed, words = DEEDS[move]
    before = everything()
    with pytest.raises(IllegalMove):
        deed(row, actor=admin if move == "answer" else authority, **words)
    assert everything() == before


@pytest.mark.parametrize("move", DEEDS)
def test_a_steward_takes_no_step(case, actor_of, department, move):
    row = case("answered" if move == "decide" else ZOMBIE_CASE.moves[move][0][0])
    deed, words = DEEDS[move]
    before = everything()
    with pytest.raises(Forbidden):
        deed(row, actor=actor_of("steward", department), **words)
    assert everything() == before


def test_every_move_of_the_table_has_its_deed():
    assert set(DEEDS) == set(ZOMBIE_CASE.moves)
    assert timezone.localdate() == TODAY
