"""The notice and its term; the department's answer, and what each kind of it needs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.actions.calendar import load_calendar_year
from accounts.actions.cases import answer_case, escalate_due, merge_targets, notify_case
from accounts.actor import CLOCK
from accounts.models import AuditEvent
from kernel.errors import Forbidden, Invalid
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.cases import SOON, TODAY, VerdictFactory, everything, verbs

pytestmark = pytest.mark.usefixtures("monday")


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
