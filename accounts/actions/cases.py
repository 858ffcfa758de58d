"""The due process of a zombie suspicion: opened, notified, answered, decided, carried out.

Nothing is closed by the clock; each step is a person's, and the answer and the decision are two
people's.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts import dueprocess as rules
from accounts.actions.merging import begin_merging, check_merge_target, end_merging
from accounts.actor import CLOCK, Actor
from accounts.calendars import calendars_from
from accounts.errors import AnswerTermRunning, NothingSuspected, SystemNotRetired
from accounts.models import InformationSystem, MergeProposal, Verdict, ZombieCase
from accounts.permissions import Perm
from accounts.policy import may, require, require_another
from accounts.states import CASE_OPEN, ZOMBIE_CASE
from accounts.vocabulary import Answer, Level
from accounts.workdays import Due, add_workdays
from kernel.errors import Invalid
from kernel.texts import Text

# What a case says of an answer or a decision before there is one.
_NO_ANSWER: dict[str, Any] = {
    "answer": "",
    "answer_reason": "",
    "answered_by": None,
    "answered_at": None,
    "promised_on": None,
    "merge_into": None,
}
_NO_DECISION: dict[str, Any] = {
    "decision": "",
    "decision_reason": "",
    "decided_by": None,
    "decided_at": None,
    "due_on": None,
}
_BEYOND_SUSPICION = ("being_merged", "retired")


def open_case(verdict: Verdict, *, actor: Actor) -> ZombieCase:
    """Open a case on a verdict that suspects its system; NothingSuspected if it does not, or the
    system has an open case, is exempt, or is on its way out."""
    require(actor, Perm.ZOMBIE_SCAN)
    opened = open_cases([verdict], actor=actor)
    if not opened:
        raise NothingSuspected(level=verdict.level)
    return opened[0]


@transaction.atomic
def open_cases(verdicts: Iterable[Verdict], *, actor: Actor = CLOCK) -> list[ZombieCase]:
    """Open a case for each suspicion that may have one, in a few statements; gives the new ones."""
    require(actor, Perm.ZOMBIE_SCAN)
    suspected = {row.system_id: row for row in verdicts if row.level == Level.SUSPECTED}
    spared = _spared(list(suspected))
    rows = [_opened(row) for key, row in suspected.items() if key not in spared]
    ZombieCase.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    made = list(ZombieCase.objects.filter(pk__in=[row.pk for row in rows]))
    audit.record_all(actor, "case.opened", ((row, {"system": str(row.system_id)}) for row in made))
    return made


@transaction.atomic
def notify_case(
    row: ZombieCase, *, actor: Actor, workdays: int = rules.ANSWER_WORKDAYS
) -> ZombieCase:
    """Tell the department what its system is suspected of, with the workdays it has to answer."""
    require(actor, Perm.ZOMBIE_DECIDE)
    locked = _locked(row, "notify")
    rules.check_workdays(workdays)
    term = _term(workdays)
    ZOMBIE_CASE.move(locked, "notify", **term)
    audit.record(actor, "case.notified", locked, workdays=workdays, answer_by=str(locked.answer_by))
    return locked


@transaction.atomic
def answer_case(
    row: ZombieCase,
    *,
    actor: Actor,
    answer: str,
    reason: str = "",
    promised_on: date | None = None,
    merge_into: InformationSystem | None = None,
) -> ZombieCase:
    """The department says what it will do about its system; a late answer counts and is marked."""
    require(actor, Perm.ZOMBIE_ANSWER, row.department_id)
    locked, now = _locked(row, "answer"), timezone.now()
    rules.check_answer(answer, reason, promised_on, merge_into is not None, timezone.localdate(now))
    if merge_into is not None:
        check_merge_target(locked.system, merge_into)
    ZOMBIE_CASE.move(
        locked,
        "answer",
        answer=answer,
        answer_reason=reason,
        answered_by=actor.id,
        answered_at=now,
        promised_on=promised_on,
        merge_into=merge_into,
        is_escalated=False,
    )
    audit.record(actor, "case.answered", locked, answer=answer, late=locked.is_answered_late)
    return locked


@transaction.atomic
def decide_case(
    row: ZombieCase,
    *,
    actor: Actor,
    decision: str,
    reason: str,
    due_on: date,
    merge_into: InformationSystem | None = None,
) -> ZombieCase:
    """The authority decides: on the answer, or without one once the term to answer has run out.

    ``due_on`` is the day by which it is to be carried out, or until which a kept system is exempt.
    A merge takes the system named in the answer unless another one is named.
    """
    require(actor, Perm.ZOMBIE_DECIDE)
    locked = _locked(row, "decide")
    require_another(actor, locked.answered_by)
    today = timezone.localdate()
    if locked.state == "notified" and (locked.answer_by is None or locked.answer_by >= today):
        raise AnswerTermRunning(answer_by=str(locked.answer_by))
    target = merge_into or (locked.merge_into if decision == Answer.MERGE else None)
    rules.check_decision(decision, due_on, target is not None, today)
    ZOMBIE_CASE.move(
        locked,
        "decide",
        decision=decision,
        decision_reason=reason,
        decided_by=actor.id,
        decided_at=timezone.now(),
        due_on=due_on,
        merge_into=target,
        is_escalated=False,
    )
    if target is not None:
        begin_merging(locked.system, target, actor=actor)
    audit.record(actor, "case.decided", locked, decision=decision, due_on=str(due_on))
    return locked


@transaction.atomic
def complete_case(
    row: ZombieCase, *, actor: Actor, outcome: str, money_freed: Decimal | None = None
) -> ZombieCase:
    """What was decided is done. A retirement or a merge is done when the system is retired, and
    frees its yearly maintenance cost unless another sum (万元 a year) is given."""
    if not may(actor, Perm.ZOMBIE_DECIDE):
        require(actor, Perm.ZOMBIE_ANSWER, row.department_id)
    locked = _locked(row, "complete")
    if locked.decision in rules.FREEING and locked.system.state != "retired":
        raise SystemNotRetired(
            Text("{name} is {state}", name=locked.system.name, state=locked.system.state)
        )
    if money_freed is not None and locked.decision == Answer.KEEP:
        raise Invalid.field("money_freed", "a system that is kept frees nothing", "not-wanted")
    freed = money_freed if money_freed is not None else _freed_by(locked)
    ZOMBIE_CASE.move(
        locked,
        "complete",
        outcome=outcome,
        money_freed=freed,
        closed_at=timezone.now(),
        is_escalated=False,
    )
    audit.record(
        actor,
        "case.completed",
        locked,
        decision=locked.decision,
        money_freed=None if freed is None else str(freed),
    )
    return locked


@transaction.atomic
def dismiss_case(
    row: ZombieCase, *, actor: Actor, reason: str, exempt_until: date | None = None
) -> ZombieCase:
    """The authority drops the suspicion; until the day, if one is given, no new one is raised."""
    require(actor, Perm.ZOMBIE_DECIDE)
    locked = _locked(row, "dismiss")
    require_another(actor, locked.answered_by)
    if exempt_until is not None:
        rules.check_exemption("exempt_until", exempt_until, timezone.localdate())
    ZOMBIE_CASE.move(
        locked,
        "dismiss",
        decision_reason=reason,
        decided_by=actor.id,
        decided_at=timezone.now(),
        due_on=exempt_until,
        closed_at=timezone.now(),
        is_escalated=False,
    )
    audit.record(actor, "case.dismissed", locked, exempt_until=exempt_until and str(exempt_until))
    return locked


@transaction.atomic
def reopen_case(
    row: ZombieCase, *, actor: Actor, reason: str, workdays: int = rules.ANSWER_WORKDAYS
) -> ZombieCase:
    """Take a decision back and ask the department again; a merge that it began ends."""
    require(actor, Perm.ZOMBIE_DECIDE)
    locked = _locked(row, "reopen")
    rules.check_workdays(workdays)
    before, into = locked.decision, locked.merge_into
    ZOMBIE_CASE.move(
        locked, "reopen", **_term(workdays), **_NO_ANSWER, **_NO_DECISION, is_escalated=False
    )
    if before == Answer.MERGE and into is not None:
        end_merging(locked.system, into, actor=actor)
    audit.record(
        actor,
        "case.reopened",
        locked,
        reason=reason,
        decision_before=before,
        answer_by=str(locked.answer_by),
    )
    return locked


@transaction.atomic
def escalate_due(*, actor: Actor = CLOCK) -> int:
    """Mark what is late for the authority to see, closing nothing; how many were marked now."""
    require(actor, Perm.ZOMBIE_SCAN)
    _settle_terms(actor)
    late = ZombieCase.objects.overdue(timezone.localdate()).filter(is_escalated=False)
    rows = list(late.select_for_update(skip_locked=True).order_by("pk"))
    ZombieCase.objects.filter(pk__in=[row.pk for row in rows]).update(is_escalated=True)
    audit.record_all(actor, "case.escalated", ((row, {"step": row.state}) for row in rows))
    return len(rows)


def merge_targets(row: ZombieCase, *, actor: Actor) -> Any:
    """The systems that the actor may name to merge into: those it sees, and the one that the
    verdict found to do the same."""
    found = Verdict.objects.filter(system=row.system_id).values("replacement_id")
    seen = InformationSystem.objects.visible_to(actor)
    return (seen | InformationSystem.objects.filter(pk__in=found)).exclude(pk=row.system_id)


def _settle_terms(actor: Actor) -> None:
    """Count provisional terms again where the missing calendars have come."""
    waiting = ZombieCase.objects.filter(state="notified", is_provisional=True)
    for row in waiting.select_for_update(skip_locked=True).order_by("pk"):
        due = _count(timezone.localdate(row.notified_at), row.answer_workdays or 0)
        if not due.is_provisional:
            row.change(answer_by=due.on, is_provisional=False)
            audit.record(actor, "case.recomputed", row, answer_by=str(due.on))


def _locked(row: ZombieCase, move: str) -> ZombieCase:
    """The row as it is now, held until the transaction ends; IllegalMove if it may not move so."""
    locked = ZombieCase.objects.select_for_update(of=("self",)).select_related("system")
    found = locked.get(pk=row.pk)
    ZOMBIE_CASE.check(found, move)
    return found


def _term(workdays: int) -> dict[str, object]:
    due = _count(timezone.localdate(), workdays)
    return {
        "notified_at": timezone.now(),
        "answer_workdays": workdays,
        "answer_by": due.on,
        "is_provisional": due.is_provisional,
    }


def _count(start: date, workdays: int) -> Due:
    return add_workdays(start, workdays, calendars_from(start.year))


def _spared(systems: list[Any]) -> set[Any]:
    cases = ZombieCase.objects.filter(system_id__in=systems)
    standing = cases.filter(state__in=CASE_OPEN) | cases.exempting(timezone.localdate())
    leaving = InformationSystem.objects.filter(pk__in=systems, state__in=_BEYOND_SUSPICION)
    return {*standing.values_list("system_id", flat=True), *leaving.values_list("pk", flat=True)}


def _opened(verdict: Verdict) -> ZombieCase:
    return ZombieCase(
        system_id=verdict.system_id,
        department_id=verdict.department_id,
        evidence={
            "level": verdict.level,
            "findings": verdict.findings,
            "rules": str(verdict.rules_id),
            "judged_at": verdict.judged_at.isoformat(),
            "replacement": verdict.replacement_id and str(verdict.replacement_id),
        },
    )


def _freed_by(row: ZombieCase) -> Decimal | None:
    if row.decision not in rules.FREEING:
        return None
    counted = MergeProposal.objects.filter(systems=row.system_id, state="completed")
    return Decimal(0) if counted.exists() else row.system.maintenance_cost
