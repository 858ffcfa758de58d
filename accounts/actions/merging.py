"""What a decision to merge does to the systems themselves; called by the deeds that decide it."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.errors import MergedElsewhere
from accounts.models import InformationSystem, MergeProposal, SystemRelation, ZombieCase
from accounts.states import MERGEABLE_INTO, SYSTEM
from accounts.vocabulary import Answer, Relation
from kernel.errors import Invalid


@transaction.atomic
def begin_merging(system: InformationSystem, into: InformationSystem, *, actor: Actor) -> None:
    """Mark the system as being merged into the other; again changes nothing.

    No permission of its own: it follows from a decision that was allowed.
    """
    check_merge_target(system, into)
    locked = InformationSystem.objects.select_for_update().get(pk=system.pk)
    others = SystemRelation.objects.filter(system=locked, kind=Relation.MERGED_INTO)
    if others.exclude(other=into).exists():
        raise MergedElsewhere(system=str(system.pk), name=system.name)
    if locked.state != "being_merged":
        SYSTEM.move(locked, "merge", evidence_at=timezone.now())
        audit.record(actor, "system.merged", locked, into=str(into.pk))
    others.get_or_create(system=locked, kind=Relation.MERGED_INTO, other=into)


@transaction.atomic
def end_merging(system: InformationSystem, into: InformationSystem, *, actor: Actor) -> None:
    """Let the system work on by itself, unless another decision still merges it so.

    No permission of its own: it follows from a decision that was allowed.
    """
    locked = InformationSystem.objects.select_for_update().get(pk=system.pk)
    if locked.state == "being_merged" and not _is_wanted(locked, into):
        SystemRelation.objects.filter(system=locked, kind=Relation.MERGED_INTO, other=into).delete()
        SYSTEM.move(locked, "keep", evidence_at=timezone.now())
        audit.record(actor, "system.kept", locked, into=str(into.pk))


def check_merge_target(system: InformationSystem, into: InformationSystem) -> None:
    """Invalid unless the other is another system, and in trial or in operation."""
    if system.pk == into.pk:
        raise Invalid.field("merge_into", "a system cannot be merged into itself", "itself")
    if into.state not in MERGEABLE_INTO:
        detail = f"{into.name} is {into.state}; a system in trial or in operation is needed"
        raise Invalid.field("merge_into", detail, "not-running")


def _is_wanted(system: InformationSystem, into: InformationSystem) -> bool:
    decided = ZombieCase.objects.filter(
        system=system, merge_into=into, state="decided", decision=Answer.MERGE
    )
    accepted = MergeProposal.objects.filter(target=into, systems=system, state="accepted")
    return decided.exists() or accepted.exists()
