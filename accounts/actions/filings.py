"""备案: a department hands in what 39号 asks of a system, the authority accepts or returns it."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.errors import FilingIncomplete, SimilarSystems
from accounts.filing import filing_faults, is_new_construction
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import require, require_another
from accounts.register.versions import values_of
from accounts.similarity import Likeness, Profile, similar_to
from accounts.states import FILING

_COMPARED = ("id", "name", "business_items", "data_items", "department__name")


@transaction.atomic
def submit_filing(row: InformationSystem, *, actor: Actor, reason: str = "") -> InformationSystem:
    """Hand the system's filing in, with all nine items.

    New construction is held against the register: where others seem to do the same already,
    ``reason`` says why none of them serves.
    """
    require(actor, Perm.SYSTEM_FILE, row.department_id)
    locked = _locked(row, "submit")
    _check_complete(locked)
    found = _check_need(locked, reason)
    FILING.move(
        locked,
        "submit",
        filing_reason=reason.strip(),
        filed_by=actor.id,
        filed_at=timezone.now(),
    )
    similar = [str(one.other.id) for one in found]
    audit.record(actor, "system.filed", locked, reason=reason.strip(), similar=similar)
    return locked


@transaction.atomic
def accept_filing(row: InformationSystem, *, actor: Actor) -> InformationSystem:
    """The authority enters the filing; it must still be complete, and answer for new doubles."""
    require(actor, Perm.SYSTEM_ACCEPT)
    locked = _locked(row, "accept")
    require_another(actor, locked.filed_by)
    _check_complete(locked)
    _check_need(locked, locked.filing_reason)
    FILING.move(locked, "accept")
    audit.record(actor, "system.accepted", locked)
    return locked


@transaction.atomic
def return_filing(row: InformationSystem, *, actor: Actor, reason: str) -> InformationSystem:
    """The authority hands the filing back, saying what is wrong with it."""
    require(actor, Perm.SYSTEM_ACCEPT)
    locked = _locked(row, "return")
    FILING.move(locked, "return", filing_reason=reason)
    audit.record(actor, "system.returned", locked, reason=reason)
    return locked


def similar_systems(row: InformationSystem) -> list[Likeness]:
    """Systems anywhere in the register that seem to do the same, the likest first.

    Names and shared items only: a department may learn that another one has such a system.
    """
    others = InformationSystem.objects.exclude(pk=row.pk).exclude(state="retired")
    profiles = (_profile(*values) for values in others.values_list(*_COMPARED).iterator(5000))
    return similar_to(_profile(row.pk, row.name, row.business_items, row.data_items), profiles)


def likeness_facts(found: list[Likeness]) -> list[dict[str, object]]:
    """Similar systems as plain values."""
    return [
        {
            "id": str(one.other.id),
            "name": one.other.name,
            "department_name": one.other.label,
            "score": one.score,
            "name_likeness": one.name,
            "business_overlap": one.business,
            "data_overlap": one.data,
            "shared_business_items": list(one.shared_business),
            "shared_data_items": list(one.shared_data),
        }
        for one in found
    ]


def _check_complete(row: InformationSystem) -> None:
    faults = filing_faults(values_of(row))
    if faults:
        raise FilingIncomplete(errors=[fault._asdict() for fault in faults])


def _check_need(row: InformationSystem, reason: str) -> list[Likeness]:
    found = similar_systems(row) if is_new_construction(row.state) else []
    if found and not reason.strip():
        raise SimilarSystems(
            "give the reason why none of them serves", similar=likeness_facts(found)
        )
    return found


def _profile(
    key: object, name: str, business: list[str], data: list[str], department: str = ""
) -> Profile:
    return Profile(key, name, frozenset(business), frozenset(data), label=department)


def _locked(row: InformationSystem, move: str) -> InformationSystem:
    """The row as it is now, held until the transaction ends; IllegalMove if it may not move so."""
    found = InformationSystem.objects.select_for_update(no_key=True).get(pk=row.pk)
    FILING.check(found, move)
    return found
