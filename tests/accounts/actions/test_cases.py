"""Zombie cases: opened by a suspicion alone, moved as the table says, ended by no clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.cases import (
    answer_case,
    complete_case,
    decide_case,
    dismiss_case,
    escalate_due,
    notify_case,
    open_case,
    open_cases,
    reopen_case,
)
from accounts.actor import CLOCK
from accounts.errors import NothingSuspected
from accounts.models import AuditEvent, ZombieCase
from accounts.states import CASE_OPEN, ZOMBIE_CASE
from kernel.errors import Forbidden, IllegalMove
from tests.factories.cases import FINDINGS, MONDAY, SOON, TODAY, VerdictFactory, everything, verbs

pytestmark = pytest.mark.usefixtures("monday")
DEEDS = {
    "notify": (notify_case, {}),
    "dismiss": (dismiss_case, {"reason": "证据不足"}),
    "answer": (answer_case, {"answer": "keep", "reason": "汛期使用"}),
    "decide": (decide_case, {"decision": "keep", "reason": "同意保留", "due_on": SOON}),
    "complete": (complete_case, {"outcome": "已停用"}),
    "reopen": (reopen_case, {"reason": "情况有变"}),
}


def test_a_suspicion_opens_a_case_with_the_evidence_as_it_is_now(department):
    verdict = VerdictFactory(system__department=department)
    case = open_case(verdict, actor=CLOCK)
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
    with pytest.raises(NothingSuspected):
        open_case(verdict, actor=CLOCK)
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
        ({"state": "completed", "decision": "rectify", "closed_at": MONDAY - timedelta(90)}, False),
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
