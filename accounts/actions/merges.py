"""Proposals to merge systems: found in the register, decided by the authority, followed up."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.merging import begin_merging, end_merging
from accounts.actor import Actor
from accounts.dependants import Dependants, dependants_of
from accounts.dueprocess import check_ahead
from accounts.errors import SystemNotRetired
from accounts.grouping import Candidate, Register, Tie
from accounts.models import Department, InformationSystem, MergeProposal, ZombieCase
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere, require
from accounts.states import MERGE, MERGEABLE_INTO
from accounts.vocabulary import Criterion, Level, OwnerLevel
from kernel.errors import Forbidden
from kernel.texts import Text

_LIVING = (*MERGEABLE_INTO, "suspended")
_OPEN = ("proposed", "accepted")
# What was turned down is not proposed again for a year.
_REST = timedelta(days=365)
_LOCK = 0x6D65726765  # one proposer at a time


@transaction.atomic
def propose_merges(*, actor: Actor, department: Department | None = None) -> list[MergeProposal]:
    """Propose what the register shows could become one: in a department, or everywhere for the
    platform's roles; what is proposed or was lately turned down is not proposed again."""
    require(actor, Perm.MERGE_PROPOSE, department.pk if department else None)
    if department is None and not may_everywhere(actor, Perm.MERGE_PROPOSE):
        raise Forbidden("name your department", permission=Perm.MERGE_PROPOSE.value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    groups = Register(_candidates(department), _barred()).groups()
    keys = {key for target, ties in groups.items() for key in (target, *(t.system for t in ties))}
    systems = InformationSystem.objects.select_related("department", "verdict").in_bulk(list(keys))
    leaning = dependants_of([tie.system for ties in groups.values() for tie in ties])
    made = [_proposed(systems[key], ties, systems, leaning) for key, ties in groups.items()]
    MergeProposal.objects.bulk_create(made, batch_size=500)
    membership = MergeProposal.systems.through
    membership.objects.bulk_create(
        (
            membership(mergeproposal_id=row.pk, informationsystem_id=tie.system)
            for row in made
            for tie in groups[row.target_id]
        ),
        batch_size=1000,
    )
    audit.record_all(
        actor,
        "merge.proposed",
        ((row, {"systems": len(row.reasons["systems"])}) for row in made),
    )
    return made


@transaction.atomic
def accept_merge(
    row: MergeProposal, *, actor: Actor, finish_by: date, reason: str = ""
) -> MergeProposal:
    """The authority orders the merge: its systems are being merged from now on, until the day."""
    require(actor, Perm.MERGE_DECIDE)
    locked = _locked(row, "accept")
    check_ahead("finish_by", finish_by, timezone.localdate())
    MERGE.move(locked, "accept", finish_by=finish_by, decided_by=actor.id, decision_reason=reason)
    for system in _systems(locked):
        begin_merging(system, locked.target, actor=actor)
    audit.record(actor, "merge.accepted", locked, finish_by=str(finish_by))
    return locked


@transaction.atomic
def reject_merge(row: MergeProposal, *, actor: Actor, reason: str) -> MergeProposal:
    """The authority turns the proposal down; it is not made again for a year."""
    require(actor, Perm.MERGE_DECIDE)
    locked = _locked(row, "reject")
    MERGE.move(
        locked,
        "reject",
        decided_by=actor.id,
        decision_reason=reason,
        closed_at=timezone.now(),
    )
    audit.record(actor, "merge.rejected", locked, reason=reason)
    return locked


@transaction.atomic
def complete_merge(
    row: MergeProposal, *, actor: Actor, money_freed: Decimal | None = None
) -> MergeProposal:
    """All systems are retired, their work goes on in the target; the yearly maintenance cost that
    this frees is counted once, unless another sum (万元 a year) is given."""
    if not may(actor, Perm.MERGE_DECIDE):
        require(actor, Perm.MERGE_PROPOSE, row.department_id)
    locked = _locked(row, "complete")
    systems = _systems(locked)
    running = [system.name for system in systems if system.state != "retired"]
    if running:
        raise SystemNotRetired(Text("not retired: {names}", names=running), systems=running)
    freed = money_freed if money_freed is not None else _freed_by(systems)
    MERGE.move(locked, "complete", money_freed=freed, closed_at=timezone.now())
    audit.record(actor, "merge.completed", locked, money_freed=str(freed))
    return locked


@transaction.atomic
def abandon_merge(row: MergeProposal, *, actor: Actor, reason: str) -> MergeProposal:
    """The authority gives the merge up; systems that are not retired yet work on by themselves."""
    require(actor, Perm.MERGE_DECIDE)
    locked = _locked(row, "abandon")
    MERGE.move(locked, "abandon", decision_reason=reason, closed_at=timezone.now())
    for system in _systems(locked):
        end_merging(system, locked.target, actor=actor)
    audit.record(actor, "merge.abandoned", locked, reason=reason)
    return locked


def _locked(row: MergeProposal, move: str) -> MergeProposal:
    """The row as it is now, held until the transaction ends; IllegalMove if it may not move so."""
    rows = MergeProposal.objects.select_for_update(of=("self",)).select_related("target")
    found = rows.get(pk=row.pk)
    MERGE.check(found, move)
    return found


def _systems(row: MergeProposal) -> list[InformationSystem]:
    # Ordered by key, so that two merges of the same systems cannot deadlock.
    return list(row.systems.order_by("pk"))


def _candidates(department: Department | None) -> list[Candidate]:
    rows = InformationSystem.objects.filter(state__in=_LIVING).select_related("verdict")
    taken = MergeProposal.objects.filter(state__in=_OPEN)
    leaving = set(taken.values_list("systems", flat=True))
    staying = set(taken.values_list("target", flat=True))
    if department is not None:
        replacing = rows.filter(department=department).values("verdict__replacement")
        rows = rows.filter(department=department) | rows.filter(pk__in=replacing)
    return [
        _candidate(row, department, may_go=row.pk not in staying)
        for row in rows
        if row.pk not in leaving
    ]


def _candidate(row: InformationSystem, department: Department | None, *, may_go: bool) -> Candidate:
    verdict = getattr(row, "verdict", None)
    return Candidate(
        id=row.pk,
        department_id=row.department_id,
        name=row.name,
        may_go=may_go and (department is None or row.department_id == department.pk),
        is_office=row.owner_level in (OwnerLevel.OFFICE, OwnerLevel.BUREAU),
        is_target=row.state in MERGEABLE_INTO,
        is_suspected=verdict is not None and verdict.level == Level.SUSPECTED,
        items=frozenset(row.business_items) | frozenset(row.data_items),
        users=row.user_count or 0,
        replacement_id=verdict.replacement_id if verdict else None,
    )


def _barred() -> Iterable[tuple[UUID, UUID]]:
    lately = MergeProposal.objects.filter(
        state__in=["rejected", "abandoned"], closed_at__gt=timezone.now() - _REST
    )
    return lately.values_list("systems", "target")


def _proposed(
    target: InformationSystem,
    ties: Sequence[Tie],
    systems: dict[Any, InformationSystem],
    leaning: dict[UUID, Dependants],
) -> MergeProposal:
    going = [systems[tie.system] for tie in ties]
    nobody = Dependants()
    lean = {row.pk: leaning.get(row.pk, nobody) for row in going}
    costs = [row.maintenance_cost for row in going]
    return MergeProposal(
        target=target,
        department_id=target.department_id,
        reasons={
            "systems": [_reason(systems[tie.system], tie, lean[tie.system]) for tie in ties],
            "freed_per_year": str(sum((cost for cost in costs if cost is not None), Decimal(0))),
            "cost_unknown": sum(cost is None for cost in costs),
            "risk": max(one.risk for one in lean.values()).name.lower(),
        },
    )


def _reason(system: InformationSystem, tie: Tie, leaning: Dependants) -> dict[str, Any]:
    cost = system.maintenance_cost
    verdict = getattr(system, "verdict", None) if "replaceable" in tie.grounds else None
    found = verdict.findings.get(Criterion.REPLACEABLE, {}) if verdict else {}
    return {
        "system": str(system.pk),
        "name": system.name,
        "department": str(system.department_id),
        "department_name": system.department.name,
        "grounds": list(tie.grounds),
        "overlap": tie.overlap,
        "shared": list(tie.shared),
        "sentence_zh": found.get("zh", ""),
        "sentence_en": found.get("en", ""),
        "maintenance_cost": None if cost is None else str(cost),
        "dependants": leaning.plain,
    }


def _freed_by(systems: Sequence[InformationSystem]) -> Decimal:
    """The yearly cost of those whose cost no completed case has counted."""
    counted = set(
        ZombieCase.objects.filter(
            system__in=systems, state="completed", money_freed__gt=0
        ).values_list("system_id", flat=True)
    )
    costs = (row.maintenance_cost for row in systems if row.pk not in counted)
    return sum((cost for cost in costs if cost is not None), Decimal(0))
