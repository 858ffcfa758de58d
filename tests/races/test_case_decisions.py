"""Rivals in the due process, side by side on a real PostgreSQL: one wins, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions.cases import answer_case, decide_case, dismiss_case, open_cases
from accounts.actions.merges import accept_merge, propose_merges, reject_merge
from accounts.models import AuditEvent, MergeProposal, SystemRelation, ZombieCase
from kernel.errors import IllegalMove
from tests.factories.accounts import DepartmentFactory, MemberFactory, SystemFactory
from tests.factories.cases import MergeFactory, VerdictFactory, case_in
from tests.people import actor_for

pytestmark = pytest.mark.django_db(transaction=True)


def authorities(count):
    """Different people of the authority."""
    bureau = DepartmentFactory()
    return [actor_for(MemberFactory(department=bureau, roles=["authority"])) for _ in range(count)]


def side_by_side(deeds):
    """Run all deeds at once, each in a thread of its own; gives results or errors in order."""
    gate = Barrier(len(deeds))

    def run(deed):
        try:
            gate.wait(timeout=20)
            return deed()
        except Exception as error:  # noqa: BLE001 - the test looks at what came
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_of_simultaneous_decisions_one_wins():
    case, other = case_in("answered"), SystemFactory()
    soon = timezone.localdate() + timedelta(days=60)
    choices = ["keep", "retire", "merge", "rectify"] * 2
    people = authorities(len(choices))
    deeds = [
        lambda choice=choice, person=person: decide_case(
            ZombieCase.objects.get(pk=case.pk),
            actor=person,
            decision=choice,
            reason=f"同意{choice}",
            due_on=soon,
            merge_into=other if choice == "merge" else None,
        )
        for choice, person in zip(choices, people, strict=True)
    ]
    results = side_by_side(deeds)
    won = [result for result in results if isinstance(result, ZombieCase)]
    lost = [result for result in results if not isinstance(result, ZombieCase)]
    assert len(won) == 1, results
    assert [type(error) for error in lost] == [IllegalMove] * 7, lost
    case.refresh_from_db()
    winner = results.index(won[0])
    assert (case.decision, case.decided_by) == (choices[winner], people[winner].id)
    assert case.version == 2
    event = AuditEvent.objects.get(verb="case.decided")
    assert (event.actor_id, event.detail["decision"]) == (people[winner].id, choices[winner])
    merged = choices[winner] == "merge"
    assert SystemRelation.objects.count() == (1 if merged else 0)
    case.system.refresh_from_db()
    assert case.system.state == ("being_merged" if merged else "in_operation")


def test_an_answer_and_a_dismissal_do_not_both_win():
    case = case_in("notified")
    (authority,) = authorities(1)
    admin = actor_for(MemberFactory(department=case.department, roles=["department_admin"]))
    answer, dismissal = side_by_side(
        [
            lambda: answer_case(case, actor=admin, answer="retire"),
            lambda: dismiss_case(case, actor=authority, reason="误报"),
        ]
    )
    # Answered cases can still be dismissed, dismissed ones not be answered.
    assert isinstance(dismissal, ZombieCase)
    assert isinstance(answer, (ZombieCase, IllegalMove))
    case.refresh_from_db()
    assert case.state == "dismissed"
    answered = AuditEvent.objects.filter(verb="case.answered").count()
    assert answered == (1 if isinstance(answer, ZombieCase) else 0)
    assert case.answer == ("retire" if answered else "")


def test_scans_side_by_side_open_one_case_each():
    verdicts = VerdictFactory.create_batch(20)
    found = side_by_side([lambda: open_cases(verdicts)] * 4)
    assert sum(len(made) for made in found) == 20, found
    assert ZombieCase.objects.count() == 20
    assert AuditEvent.objects.filter(verb="case.opened").count() == 20


def test_accepting_and_rejecting_a_merge_at_once_one_wins():
    one, main = SystemFactory(), SystemFactory()
    row = MergeFactory(target=main, systems=[one])
    soon = timezone.localdate() + timedelta(days=60)
    first, second = authorities(2)
    results = side_by_side(
        [
            lambda: accept_merge(row, actor=first, finish_by=soon),
            lambda: reject_merge(row, actor=second, reason="业务不同"),
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["IllegalMove", "MergeProposal"]
    row.refresh_from_db()
    one.refresh_from_db()
    accepted = row.state == "accepted"
    assert one.state == ("being_merged" if accepted else "in_operation")
    assert AuditEvent.objects.filter(verb__startswith="merge.").count() == 1


def test_proposing_at_once_proposes_once():
    department = SystemFactory(user_count=9).department
    SystemFactory(department=department, owner_level="office")
    results = side_by_side(
        [lambda person=person: propose_merges(actor=person) for person in authorities(4)]
    )
    assert sorted(len(made) for made in results) == [0, 0, 0, 1]
    assert MergeProposal.objects.count() == 1
