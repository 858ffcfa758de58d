"""The due process of a case as a track: what was done when by whom, what waits for whom."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User, ZombieCase
from accounts.portal import words

# Whom a case waits for in each open state.
WAITS_FOR = {
    "suspected": _("Waits for the authority: notify the department or dismiss the suspicion."),
    "notified": _("Waits for the department: keep, rectify, merge or retire."),
    "answered": _("Waits for the authority: decide on the answer."),
    "decided": _("Waits for the department: carry out what was decided."),
}


@dataclass(frozen=True)
class Stage:
    """A stage of the process; ``standing`` is done, now or ahead."""

    title: Any
    standing: str
    on: date | None = None
    person: str = ""
    facts: tuple[tuple[Any, Any], ...] = ()
    text: str = ""


def stages_of(case: ZombieCase) -> list[Stage]:
    """The five stages; a dismissed case ends where it was dropped."""
    people = User.objects.in_bulk([pk for pk in (case.answered_by, case.decided_by) if pk])
    named = {pk: person.name for pk, person in people.items()}
    stages = [
        Stage(_("Suspicion"), "done", _day(case.created_at)),
        _notified(case),
        _answered(case, named),
    ]
    if case.state == "dismissed":
        return [one for one in stages if one.standing == "done"] + [_dismissed(case, named)]
    return [*stages, _decided(case, named), _completed(case)]


def _notified(case: ZombieCase) -> Stage:
    if case.notified_at is None:
        standing = "now" if case.state == "suspected" else "ahead"
        return Stage(_("Notice"), standing)
    facts = ((_("To be answered by"), case.answer_by), (_("Workdays"), case.answer_workdays))
    return Stage(_("Notice"), "done", _day(case.notified_at), "", facts)


def _answered(case: ZombieCase, people: dict[Any, str]) -> Stage:
    if case.answered_at is None:
        return Stage(_("Answer"), "now" if case.state == "notified" else "ahead")
    facts: list[tuple[Any, Any]] = [(_("Answer"), dict(words.ANSWERS)[case.answer])]
    if case.promised_on:
        facts.append((_("Done by"), case.promised_on))
    if case.answer == "merge" and case.merge_into:
        facts.append((_("Merge into"), case.merge_into.name))
    by = people.get(case.answered_by, "")
    return Stage(_("Answer"), "done", _day(case.answered_at), by, tuple(facts), case.answer_reason)


def _decided(case: ZombieCase, people: dict[Any, str]) -> Stage:
    if case.decided_at is None:
        return Stage(_("Decision"), "now" if case.state == "answered" else "ahead")
    until = _("Exempt until") if case.decision == "keep" else _("Done by")
    facts: list[tuple[Any, Any]] = [
        (_("Decision"), dict(words.ANSWERS)[case.decision]),
        (until, case.due_on),
    ]
    if case.decision == "merge" and case.merge_into:
        facts.append((_("Merge into"), case.merge_into.name))
    by = people.get(case.decided_by, "")
    return Stage(
        _("Decision"), "done", _day(case.decided_at), by, tuple(facts), case.decision_reason
    )


def _completed(case: ZombieCase) -> Stage:
    if case.closed_at is None:
        return Stage(_("Completion"), "now" if case.state == "decided" else "ahead")
    freed = case.money_freed
    facts = () if freed is None else ((_("Freed a year (10,000 yuan)"), freed),)
    return Stage(_("Completion"), "done", _day(case.closed_at), "", facts, case.outcome)


def _dismissed(case: ZombieCase, people: dict[Any, str]) -> Stage:
    facts = ((_("Exempt until"), case.due_on),) if case.due_on else ()
    by = people.get(case.decided_by, "")
    return Stage(_("Dismissed"), "done", _day(case.closed_at), by, facts, case.decision_reason)


def _day(moment: Any) -> date | None:
    return timezone.localdate(moment) if moment else None
