"""The life of information systems, from planning to retirement; each step with its evidence."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.holds import require_unheld
from accounts.actions.merging import begin_merging, end_merging
from accounts.actions.registers import keep_first, write_version
from accounts.actor import Actor
from accounts.errors import MergeDecided
from accounts.models import Credential, InformationSystem, SystemRelation
from accounts.permissions import Perm
from accounts.policy import require
from accounts.register.versions import values_of
from accounts.states import SYSTEM
from accounts.vocabulary import Relation


def construct_system(
    row: InformationSystem, *, actor: Actor, reason: str, document: str = ""
) -> InformationSystem:
    """Building begins; ``document`` is the number of the paper that approved it."""
    return _move(row, "construct", "system.constructed", actor, reason, document)


def try_system(
    row: InformationSystem, *, actor: Actor, reason: str, document: str = ""
) -> InformationSystem:
    """The trial run begins; from now on the system may call."""
    return _move(row, "try", "system.tried", actor, reason, document)


def commission_system(
    row: InformationSystem, *, actor: Actor, reason: str, document: str = ""
) -> InformationSystem:
    """Regular operation begins, today unless the register says since when."""
    started = row.started_on or timezone.localdate()
    return _move(
        row, "commission", "system.commissioned", actor, reason, document, started_on=started
    )


def suspend_system(
    row: InformationSystem, *, actor: Actor, reason: str, document: str = ""
) -> InformationSystem:
    """The system stands still; its keys open nothing until it resumes."""
    return _move(row, "suspend", "system.suspended", actor, reason, document)


def resume_system(
    row: InformationSystem, *, actor: Actor, reason: str, document: str = ""
) -> InformationSystem:
    """Operation goes on."""
    return _move(row, "resume", "system.resumed", actor, reason, document)


@transaction.atomic
def merge_system(
    row: InformationSystem,
    *,
    actor: Actor,
    into: InformationSystem,
    reason: str,
    document: str = "",
) -> InformationSystem:
    """The department begins to merge its system into another one of its own accord."""
    require(actor, Perm.SYSTEM_CHANGE, row.department_id)
    locked = _locked(row, "merge")
    begin_merging(locked, into, actor=actor, reason=reason, document=document)
    locked.refresh_from_db()
    return locked


@transaction.atomic
def keep_system(
    row: InformationSystem, *, actor: Actor, reason: str, document: str = ""
) -> InformationSystem:
    """A merge that the department began by itself ends; a decided one is not its to end."""
    require(actor, Perm.SYSTEM_CHANGE, row.department_id)
    locked = _locked(row, "keep")
    relation = SystemRelation.objects.filter(system=locked, kind=Relation.MERGED_INTO).first()
    if relation is not None:
        end_merging(locked, relation.other, actor=actor, reason=reason, document=document)
    locked.refresh_from_db()
    if locked.state == "being_merged":
        raise MergeDecided(into=relation and str(relation.other_id))
    return locked


@transaction.atomic
def retire_system(
    row: InformationSystem, *, actor: Actor, reason: str, document: str = ""
) -> InformationSystem:
    """Take the system out of service for good; all its keys are revoked at once.

    SystemHeld while something that others rely on still hangs on it.
    """
    require(actor, Perm.SYSTEM_CHANGE, row.department_id)
    locked = _locked(row, "retire")
    require_unheld(locked)
    now = timezone.now()
    revoked = Credential.objects.filter(system=row, revoked_at__isnull=True).update(revoked_at=now)
    stopped = locked.stopped_on or timezone.localdate()
    return _step(
        locked,
        ("retire", "system.retired"),
        actor,
        {"reason": reason, "document": document, "credentials_revoked": revoked},
        stopped_on=stopped,
    )


@transaction.atomic
def _move(
    row: InformationSystem,
    name: str,
    verb: str,
    actor: Actor,
    reason: str,
    document: str,
    **changes: object,
) -> InformationSystem:
    require(actor, Perm.SYSTEM_CHANGE, row.department_id)
    locked = _locked(row, name)
    return _step(locked, (name, verb), actor, {"reason": reason, "document": document}, **changes)


def _step(
    locked: InformationSystem,
    step: tuple[str, str],
    actor: Actor,
    evidence: dict[str, object],
    **changes: object,
) -> InformationSystem:
    """Make the move, keep the version that it makes, and record its evidence."""
    keep_first(locked, values_of(locked))
    SYSTEM.move(locked, step[0], evidence_at=timezone.now(), **changes)
    write_version(locked, str(evidence["reason"]), actor=actor)
    audit.record(actor, step[1], locked, **evidence)
    return locked


def _locked(row: InformationSystem, move: str) -> InformationSystem:
    """The row as it is now, held until the transaction ends; IllegalMove if it may not move so."""
    found = InformationSystem.objects.select_for_update(no_key=True).get(pk=row.pk)
    SYSTEM.check(found, move)
    return found
