"""What a decision to merge does to the systems themselves; called by the deeds that decide it."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.registers import keep_first, write_version
from accounts.actor import Actor
from accounts.errors import MergedElsewhere
from accounts.models import InformationSystem, MergeProposal, SystemRelation, ZombieCase
from accounts.register.versions import values_of
from accounts.states import MERGEABLE_INTO, SYSTEM
from accounts.vocabulary import Answer, Relation
from kernel.errors import Invalid
from kernel.texts import Text


@transaction.atomic
def begin_merging(
    system: InformationSystem, into: InformationSystem, *, actor: Actor, **evidence: str
) -> None:
    """Mark the system as being merged into the other; again changes nothing.

    ``evidence`` is the reason and the document, where they are not the decision's own.
    No permission of its own: it follows from a decision that was allowed.
    """
    check_merge_target(system, into)
    locked = InformationSystem.objects.select_for_update().get(pk=system.pk)
    others = SystemRelation.objects.filter(system=locked, kind=Relation.MERGED_INTO)
    if others.exclude(other=into).exists():
        raise MergedElsewhere(system=str(system.pk), name=system.name)
    if locked.state != "being_merged":
        _move(locked, "merge", evidence.get("reason") or f"并入 {into.name}", actor)
        audit.record(actor, "system.merged", locked, into=str(into.pk), **evidence)
    others.get_or_create(system=locked, kind=Relation.MERGED_INTO, other=into)


@transaction.atomic
def end_merging(
    system: InformationSystem, into: InformationSystem, *, actor: Actor, **evidence: str
) -> None:
    """Let the system work on by itself, unless another decision still merges it so.

    No permission of its own: it follows from a decision that was allowed.
    """
    locked = InformationSystem.objects.select_for_update().get(pk=system.pk)
    if locked.state == "being_merged" and not _is_wanted(locked, into):
        SystemRelation.objects.filter(system=locked, kind=Relation.MERGED_INTO, other=into).delete()
        _move(locked, "keep", evidence.get("reason") or f"不再并入 {into.name}", actor)
        audit.record(actor, "system.kept", locked, into=str(into.pk), **evidence)


def check_merge_target(system: InformationSystem, into: InformationSystem) -> None:
    """Invalid unless the other is another system, and in trial or in operation."""
    if system.pk == into.pk:
        raise Invalid.field("merge_into", "a system cannot be merged into itself", "itself")
    if into.state not in MERGEABLE_INTO:
        detail = Text(
            "{name} is {state}; a system in trial or in operation is needed",
            name=into.name,
            state=into.state,
        )
        raise Invalid.field("merge_into", detail, "not-running")


def _move(locked: InformationSystem, name: str, message: str, actor: Actor) -> None:
    keep_first(locked, values_of(locked))
    SYSTEM.move(locked, name, evidence_at=timezone.now())
    write_version(locked, message, actor=actor)


def _is_wanted(system: InformationSystem, into: InformationSystem) -> bool:
    decided = ZombieCase.objects.filter(
        system=system, merge_into=into, state="decided", decision=Answer.MERGE
    )
    accepted = MergeProposal.objects.filter(target=into, systems=system, state="accepted")
    return decided.exists() or accepted.exists()
