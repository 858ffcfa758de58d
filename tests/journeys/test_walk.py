"""Random walks of everybody through every step of sharing: the law's promises hold after each.

No state but by the tables; a refused deed changes nothing and leaves no trace; what is owed has its
clock and what is not has none; what is overdue is found; evidence names the terms that were.
"""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.clocks import KEEPING
from accounts.duedates import workdays_ago
from accounts.models import AuditEvent, Notice, Obligation
from catalog.models import Entry
from exchange.models import (
    Dispute,
    Grant,
    GrantEdition,
    Objection,
    SharingRequest,
    Subscription,
    UseEntry,
    UseRecord,
)
from exchange.models.terms import terms_of
from exchange.states import (
    DISPUTE_OPEN,
    GRANT_ENDED,
    GRANT_RUNNING,
    OBJECTION_OPEN,
    REQUEST_PENDING,
)
from kernel.errors import DomainError
from kernel.states import Machine
from tests.factories.exchange import make_world, row
from tests.journeys.walking import MACHINES, STEPS, States, Step, Walk, sweep

START = datetime(2026, 11, 23, 2, tzinfo=UTC)
BY_RIGHTS = 0.8


@pytest.mark.slow
@settings(
    max_examples=12,
    # Shrinking a walk takes longer than reading one: the seed repeats it.
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(60, 120))
def test_whatever_is_done_by_whomever_the_promises_hold(official_calendar, seed, steps):
    """A failure names the seed of its walk."""
    dice = Random(seed)
    point = transaction.savepoint()
    try:
        with time_machine.travel(START) as clock:
            walk = Walk(make_world(), clock)
            # Shared on conditions: the provider's people answer, not the clock.
            Entry.objects.update(share_type="conditional", share_condition="限税务登记使用")
            walk.world.publish([row("110101", "东城"), row("110102")])
            walk.world.grant()
            for _ in range(steps):
                take(walk, dice)
            sweep()
            check_overdue()
    finally:
        transaction.savepoint_rollback(point)


def take(walk: Walk, dice: Random) -> None:
    """One step: done, or refused with nothing changed; then everything promised is looked at."""
    before, states = evidence(), walk.states()
    step, found, who = choose(walk, states, dice)
    if found is None:
        return
    try:
        with transaction.atomic():
            step.deed(walk, found, walk.actor(who), dice.randrange(10_000))
    except DomainError:
        assert (walk.states(), evidence()) == (states, before), f"{who}: {step.name}"
        return
    check_moves(states, walk.states())
    check_clocks()
    check_grants()


def choose(walk: Walk, states: States, dice: Random) -> tuple[Step, Any, str]:
    """By rights: a step that is possible now, by somebody whose it is; else whatever."""
    by_rights = dice.random() < BY_RIGHTS
    possible = [step for step in STEPS if step.rows(states)] if by_rights else STEPS
    step = dice.choices(possible, [each.weight for each in possible])[0]
    known = step.rows(states) if by_rights else list(states[step.model])
    who = dice.choice(step.by if by_rights else walk.everybody)
    return step, step.model._base_manager.get(pk=dice.choice(known)) if known else None, who


def evidence() -> tuple[Any, ...]:
    """What a refusal must leave as it is, besides the states."""
    owed = list(Obligation.objects.order_by("pk").values_list("pk", "version"))
    held = list(Grant.objects.order_by("pk").values_list("pk", "version"))
    counted = [model.objects.count() for model in (AuditEvent, Notice, UseEntry, UseRecord)]
    return owed, held, counted


def reachable(machine: Machine, source: str) -> set[str]:
    """The states to which the table leads from there, over any number of moves."""
    found, waiting = {source}, [source]
    while waiting:
        state = waiting.pop()
        following = {to for sources, to in machine.moves.values() if state in sources} - found
        found |= following
        waiting += following
    return found


def check_moves(before: States, after: States) -> None:
    """Every row went a way of its table, and none is gone."""
    for model, machine in MACHINES.items():
        assert before[model].keys() <= after[model].keys(), f"a {machine.name} is lost"
        for pk, state in after[model].items():
            source = before[model].get(pk, machine.start)
            assert state in reachable(machine, source), f"{machine.name}: {source} to {state}"


def check_clocks() -> None:
    """What is owed has its one clock; no clock runs for what is not owed."""
    open_now: dict[Any, list[str]] = {}
    for subject, kind in Obligation.objects.filter(state="open").values_list("subject_id", "kind"):
        open_now.setdefault(subject, []).append(kind)
    for request in SharingRequest.objects.all():
        kinds = open_now.pop(request.pk, [])
        answer = [kind for kind in kinds if kind in ("C3", "C4")]
        assert len(answer) == (request.state in REQUEST_PENDING), (request.state, kinds)
        assert set(kinds) <= {"C3", "C4", "N4"}
        assert not kinds or answer, (request.state, kinds)
    for grant in Grant.objects.all():
        kinds = open_now.pop(grant.pk, [])
        assert set(kinds) <= owed_of(grant), (grant.state, kinds)
        assert ("N5" in kinds) == (grant.state == "suspended"), (grant.state, kinds)
    for objection in Objection.objects.all():
        kind = "C6" if objection.kind == "content" else "N1"
        owed = [kind] if objection.state in OBJECTION_OPEN else []
        assert open_now.pop(objection.pk, []) == owed
    stages = {"negotiating": ["N2"], "with_authority": ["N3"]}
    for dispute in Dispute.objects.all():
        assert open_now.pop(dispute.pk, []) == stages.get(dispute.state, [])
    for record in UseRecord.objects.all():
        kept = record.keep_until >= timezone.localdate()
        assert open_now.pop(record.pk, []) == (["C7"] if kept else [])
    assert open_now == {}, "a clock runs for nothing"


def owed_of(grant: Grant) -> set[str]:
    """The clocks that may run about a grant in its state."""
    if grant.state in GRANT_RUNNING:
        return {"C5", "N5"}
    return {"N6"} if grant.state in GRANT_ENDED else set()


def check_grants() -> None:
    """Each consent made one edition; the terms in force are the last one's; what ended is over."""
    consented = SharingRequest.objects.filter(state="consented")
    assert GrantEdition.objects.count() == consented.count()
    assert not GrantEdition.objects.exclude(request__state="consented").exists()
    for grant in Grant.objects.all():
        editions = list(grant.editions.order_by("number"))
        assert [edition.number for edition in editions] == list(range(1, grant.edition + 1))
        assert terms_of(editions[-1]) == terms_of(grant)
        assert Obligation.objects.filter(kind="C5", subject_id=grant.pk).exists()
        if grant.state in GRANT_ENDED:
            assert Obligation.objects.filter(kind="N6", subject_id=grant.pk).exists()
    ended = Subscription.objects.exclude(grant__state__in=GRANT_RUNNING)
    assert not ended.exclude(state="ended").exists()
    signed = SharingRequest.objects.filter(state__in=("consented", "refused"))
    alone = Q(answered_by=F("prepared_by")) | Q(answered_by=F("agreed_by"))
    assert not signed.filter(alone | Q(agreed_by=F("submitted_by"))).exists()
    for entry in UseEntry.objects.select_related("grant"):
        edition = GrantEdition.objects.get(grant=entry.grant, number=entry.edition)
        assert set(entry.items) <= {*edition.items, *edition.verify_items}
    running = Dispute.objects.filter(state__in=DISPUTE_OPEN, request__isnull=False)
    assert running.count() == running.values("request").distinct().count()


def check_overdue() -> None:
    """After the timetable's turn every clock past its day has been told of."""
    today = timezone.localdate()
    late = Obligation.objects.filter(state="open", due_on__lt=today).exclude(kind__in=KEEPING)
    assert not late.filter(notice_level__lt=2).exists()
    long_late = late.filter(due_on__lte=workdays_ago(today, 5))
    assert not long_late.filter(notice_level__lt=3).exists()
    told = Notice.objects.filter(verb__in=("obligation.overdue", "obligation.escalated"))
    assert set(late.values_list("pk", flat=True)) <= set(told.values_list("subject_id", flat=True))
