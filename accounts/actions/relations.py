"""How systems stand to each other: who uses, supplies and replaces whom."""

from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.errors import AlreadyRelated, MergedElsewhere, RelationCircle, RelationFixed
from accounts.models import InformationSystem, SystemRelation
from accounts.permissions import Perm
from accounts.policy import require
from accounts.vocabulary import Relation
from kernel.errors import Invalid
from kernel.texts import Text

# Followed from system to system, these must never lead back.
_ONE_WAY = (Relation.REPLACES, Relation.MERGED_INTO)
LONGEST_QUESTION = 100
_LOCK = 0x72656C617465  # one at a time closes no circle


@transaction.atomic
def relate_systems(
    system: InformationSystem, *, actor: Actor, kind: str, other_id: UUID, note: str = ""
) -> SystemRelation:
    """Say that the system uses, supplies or replaces another one, of any department; of a retired
    system also into which one it was merged."""
    require(actor, Perm.SYSTEM_CHANGE, system.department_id)
    other = InformationSystem.objects.filter(pk=other_id).first()
    if other is None:
        raise Invalid.field("other", "there is no such thing", "not-found")
    _check(system, kind, other)
    try:
        with transaction.atomic():
            row = SystemRelation.objects.create(system=system, kind=kind, other=other, note=note)
    except IntegrityError as twice:
        raise AlreadyRelated() from twice
    _tell_evidence(system, other)
    audit.record(actor, "relation.added", system, kind=kind, other=str(other.pk), note=note)
    return row


@transaction.atomic
def remove_relation(row: SystemRelation, *, actor: Actor) -> None:
    """Take a relation back; one that a running merge rests on stays."""
    require(actor, Perm.SYSTEM_CHANGE, row.system.department_id)
    if row.kind == Relation.MERGED_INTO and row.system.state == "being_merged":
        raise RelationFixed()
    _tell_evidence(row.system, row.other)
    audit.record(actor, "relation.removed", row.system, kind=row.kind, other=str(row.other_id))
    row.delete()


def relations_of(system: InformationSystem) -> list[SystemRelation]:
    """Every relation that the system has part in, its own first."""
    rows = SystemRelation.objects.filter(Q(system=system) | Q(other=system))
    related = rows.select_related("system__department", "other__department").order_by("pk")
    return sorted(related, key=lambda row: row.system_id != system.pk)


def relatable_systems(
    system: InformationSystem, words: str, *, actor: Actor, most: int = 20
) -> list[InformationSystem]:
    """Systems of any department whose name or code has these words: names and departments only."""
    require(actor, Perm.SYSTEM_CHANGE, system.department_id)
    if not 1 <= len(words) <= LONGEST_QUESTION:
        raise Invalid.field(
            "q", Text("say it in 1 to {most} characters", most=LONGEST_QUESTION), "required"
        )
    named = Q(name__icontains=words) | Q(code__iexact=words)
    rows = InformationSystem.objects.filter(named).exclude(pk=system.pk)
    return list(rows.select_related("department").order_by("name", "pk")[:most])


def _check(system: InformationSystem, kind: str, other: InformationSystem) -> None:
    if system.pk == other.pk:
        raise Invalid.field("other", "a system is not related to itself", "itself")
    if kind == Relation.MERGED_INTO:
        _check_merged(system)
    if kind in _ONE_WAY:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _check_circle(system, kind, other)


def _check_merged(system: InformationSystem) -> None:
    if system.state != "retired":
        detail = Text("a living system is merged by the step merge; this says it of a retired one")
        raise Invalid.field("kind", detail, "not-retired")
    if SystemRelation.objects.filter(system=system, kind=Relation.MERGED_INTO).exists():
        raise MergedElsewhere(system=str(system.pk), name=system.name)


def _check_circle(system: InformationSystem, kind: str, other: InformationSystem) -> None:
    seen, waiting = {other.pk}, [other.pk]
    while waiting:
        following = SystemRelation.objects.filter(system_id__in=waiting, kind=kind)
        waiting = [pk for pk in following.values_list("other_id", flat=True) if pk not in seen]
        seen.update(waiting)
    if system.pk in seen:
        raise RelationCircle(
            Text(
                "{name} in the end {kind} {second} already",
                name=other.name,
                kind=kind,
                second=system.name,
            )
        )


def _tell_evidence(*systems: InformationSystem) -> None:
    """Relations are evidence of both; the scan looks at them again."""
    keys = [system.pk for system in systems]
    InformationSystem.objects.filter(pk__in=keys).update(evidence_at=timezone.now())
