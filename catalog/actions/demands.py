"""Supply and demand (供需对接): a need that no entry answers, merged with its like and routed.

The answer is an entry, or a refusal with its basis; over a refusal there is a dispute.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import CLOCK, Actor
from accounts.calendars import calendars_from
from accounts.errors import DepartmentClosed
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import require, require_another
from accounts.similarity import Likeness
from accounts.workdays import Due, add_workdays
from catalog import demandrules as rules
from catalog.errors import DemandShared, MergeTargetAnswered
from catalog.models import Demand, Resource
from catalog.states import DEMAND
from kernel.errors import Forbidden, Invalid
from kernel.texts import Text

# What a demand says of an answer before there is one.
_NO_ANSWER: dict[str, Any] = {
    "resource": None,
    "answer_reason": "",
    "legal_basis": "",
    "answered_by": None,
    "answered_at": None,
    "dispute_reason": "",
}


@transaction.atomic
def submit_demand(
    *,
    actor: Actor,
    title: str,
    description: str,
    basis: str,
    scenario: str,
    wanted_items: Sequence[str] = (),
    needed_by: date | None = None,
) -> Demand:
    """State what data the actor's department needs and does not find in the catalogue."""
    require(actor, Perm.DEMAND_SUBMIT, actor.department_id)
    if actor.department_id is None:
        raise Forbidden("only a department has demands")
    rules.check_needed_by(needed_by, timezone.localdate())
    demand = Demand.objects.create(
        department_id=actor.department_id,
        title=title,
        description=description,
        basis=basis,
        scenario=scenario,
        wanted_items=list(wanted_items),
        needed_by=needed_by,
        submitted_by=cast(UUID, actor.id),
    )
    audit.record(actor, "demand.submitted", demand)
    return demand


@transaction.atomic
def merge_demand(demand: Demand, *, actor: Actor, into: Demand) -> Demand:
    """Put a demand together with one that asks for the same; one answer is for both.

    Demands merged into this one before go along.
    """
    require(actor, Perm.DEMAND_ROUTE)
    if demand.pk == into.pk:
        raise Invalid.field("into", "must be another demand", "same")
    # In one order, so that two who merge crosswise do not wait for each other.
    both = Demand.objects.select_for_update(no_key=True).filter(pk__in=[demand.pk, into.pk])
    held = {row.pk: row for row in both.order_by("pk")}
    target = held[into.pk]
    if target.state not in rules.WAITING:
        raise MergeTargetAnswered(Text("it is {state}", state=target.state), state=target.state)
    DEMAND.move(held[demand.pk], "merge", merged_into=target)
    for former in Demand.objects.filter(merged_into=demand.pk).order_by("pk"):
        former.change(merged_into=target)
    audit.record(actor, "demand.merged", held[demand.pk], into=str(target.pk))
    return held[demand.pk]


@transaction.atomic
def route_demand(
    demand: Demand,
    *,
    actor: Actor,
    department: Department,
    reason: str,
    workdays: int = rules.ANSWER_WORKDAYS,
) -> Demand:
    """Give the demand to the department whose duties it falls under, with workdays to answer."""
    require(actor, Perm.DEMAND_ROUTE)
    held = _held(demand, "route")
    DEMAND.move(held, "route", **_routed(held, department, reason, workdays))
    _record_route(actor, "demand.routed", held)
    return held


@transaction.atomic
def offer_demand(demand: Demand, *, actor: Actor, resource: Resource, reason: str = "") -> Demand:
    """The department answers with a resource of its own that is in force."""
    held = _held(demand, "offer")
    require(actor, Perm.DEMAND_ANSWER, held.routed_to_id)
    entry = resource.published
    rules.check_offer(
        entry.share_type if entry else None, resource.department_id == held.routed_to_id
    )
    DEMAND.move(held, "offer", resource=resource, **_answered(actor, reason))
    audit.record(
        actor, "demand.offered", held, resource=str(resource.pk), late=held.is_answered_late
    )
    return held


@transaction.atomic
def refuse_demand(demand: Demand, *, actor: Actor, reason: str, legal_basis: str) -> Demand:
    """The department refuses, with its reason and the law or duty that it rests on."""
    held = _held(demand, "refuse")
    require(actor, Perm.DEMAND_ANSWER, held.routed_to_id)
    DEMAND.move(held, "refuse", legal_basis=legal_basis, **_answered(actor, reason))
    audit.record(actor, "demand.refused", held, legal_basis=legal_basis, late=held.is_answered_late)
    return held


@transaction.atomic
def accept_demand(demand: Demand, *, actor: Actor) -> Demand:
    """What was offered is what was needed; a request for sharing follows in the exchange."""
    require(actor, Perm.DEMAND_SUBMIT, demand.department_id)
    held = _held(demand, "accept")
    DEMAND.move(held, "accept")
    audit.record(actor, "demand.accepted", held, resource=str(held.resource_id))
    return held


@transaction.atomic
def dispute_demand(demand: Demand, *, actor: Actor, reason: str) -> Demand:
    """Object to the answer; the authority has the word (Art. 28)."""
    require(actor, Perm.DEMAND_SUBMIT, demand.department_id)
    held = _held(demand, "dispute")
    DEMAND.move(held, "dispute", dispute_reason=reason)
    audit.record(actor, "demand.disputed", held)
    return held


@transaction.atomic
def settle_demand(demand: Demand, *, actor: Actor, settlement: str) -> Demand:
    """The authority ends the dispute; whoever answered does not judge the answer."""
    require(actor, Perm.DEMAND_SETTLE)
    held = _held(demand, "settle")
    require_another(actor, held.answered_by)
    DEMAND.move(held, "settle", settled_by=actor.id, settlement=settlement)
    audit.record(actor, "demand.settled", held)
    return held


@transaction.atomic
def reroute_demand(
    demand: Demand,
    *,
    actor: Actor,
    department: Department,
    reason: str,
    workdays: int = rules.ANSWER_WORKDAYS,
) -> Demand:
    """The dispute is right: the same or another department has to answer anew."""
    require(actor, Perm.DEMAND_SETTLE)
    held = _held(demand, "reroute")
    require_another(actor, held.answered_by)
    before = {"disputed": held.dispute_reason, "answer_before": held.answer_reason}
    DEMAND.move(held, "reroute", **_routed(held, department, reason, workdays), **_NO_ANSWER)
    _record_route(actor, "demand.rerouted", held, **before)
    return held


@transaction.atomic
def withdraw_demand(demand: Demand, *, actor: Actor) -> Demand:
    """The need is gone; not while others' needs hang on this demand."""
    require(actor, Perm.DEMAND_SUBMIT, demand.department_id)
    held = _held(demand, "withdraw")
    if held.merged.exists():
        raise DemandShared(
            Text("{number} demands of others were merged into it", number=held.merged.count())
        )
    DEMAND.move(held, "withdraw")
    audit.record(actor, "demand.withdrawn", held)
    return held


@transaction.atomic
def recompute_demands(*, actor: Actor = CLOCK) -> int:
    """Make provisional terms final where the missing calendars have come; how many did."""
    require(actor, Perm.DEMAND_ROUTE)
    final = 0
    waiting = Demand.objects.filter(state="routed", is_provisional=True)
    for row in waiting.select_for_update(skip_locked=True, no_key=True).order_by("pk"):
        due = _count(timezone.localdate(row.routed_at), row.answer_workdays or 0)
        if not due.is_provisional:
            row.change(answer_by=due.on, is_provisional=False)
            audit.record(actor, "demand.recomputed", row, answer_by=str(due.on))
            final += 1
    return final


def demands_like(demand: Demand, *, actor: Actor) -> list[tuple[Demand, Likeness]]:
    """Other waiting demands that ask for much the same, the likest first, and why."""
    require(actor, Perm.DEMAND_ROUTE)
    one = rules.profile_of(demand.pk, demand.title, demand.wanted_items)
    waiting = Demand.objects.filter(state__in=rules.WAITING).exclude(pk=demand.pk)
    told = waiting.values_list("pk", "title", "wanted_items")
    found = rules.similar_demands(one, (rules.profile_of(*row) for row in told.iterator()))
    whole = Demand.objects.select_related("department", "routed_to", "resource__published")
    rows = whole.prefetch_related("merged__department").in_bulk(
        [likeness.other.id for likeness in found]
    )
    return [(rows[likeness.other.id], likeness) for likeness in found]


def _held(demand: Demand, move: str) -> Demand:
    """The row as it is now, held until the transaction ends; IllegalMove if it may not move so."""
    held: Demand = Demand.objects.select_for_update(no_key=True).get(pk=demand.pk)
    DEMAND.check(held, move)
    return held


def _routed(demand: Demand, department: Department, reason: str, workdays: int) -> dict[str, Any]:
    rules.check_workdays(workdays)
    if not department.is_active:
        raise DepartmentClosed(Text("{name} is closed", name=department.name))
    if department.pk == demand.department_id:
        raise Invalid.field("department", "must be another one than the asking one", "same")
    now = timezone.now()
    due = _count(timezone.localdate(now), workdays)
    return {
        "routed_to": department,
        "route_reason": reason,
        "routed_at": now,
        "answer_workdays": workdays,
        "answer_by": due.on,
        "is_provisional": due.is_provisional,
    }


def _record_route(actor: Actor, verb: str, demand: Demand, **detail: str) -> None:
    audit.record(
        actor,
        verb,
        demand,
        department=str(demand.routed_to_id),
        workdays=demand.answer_workdays,
        answer_by=str(demand.answer_by),
        **detail,
    )


def _answered(actor: Actor, reason: str) -> dict[str, Any]:
    return {
        "answer_reason": reason,
        "answered_by": actor.id,
        "answered_at": timezone.now(),
    }


def _count(start: date, workdays: int) -> Due:
    return add_workdays(start, workdays, calendars_from(start.year))
