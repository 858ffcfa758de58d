"""What the register, relations and holds say of systems, read for many at once."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.models import InformationSystem, SystemHold, SystemRelation
from accounts.states import RUNNING
from accounts.vocabulary import Relation

COLUMNS = (
    "started_on",
    "stopped_on",
    "maintainer",
    "maintained_until",
    "use_scope",
    "use_frequency",
    "user_count",
    "yearly_growth_gb",
    "season",
    "business_items",
    "data_items",
    "function",
)


def read_register(systems: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """System -> the columns that the rules look at, with name and department."""
    rows = InformationSystem.objects.filter(pk__in=systems)
    return {row["id"]: row for row in rows.values("id", "name", "department_id", *COLUMNS)}


def read_dependants(systems: Sequence[UUID]) -> dict[UUID, list[str]]:
    """System -> names of running systems that use it or that it supplies, and notes of holds."""
    found: dict[UUID, list[str]] = defaultdict(list)
    used = SystemRelation.objects.filter(
        kind=Relation.USES, other__in=systems, system__state__in=RUNNING
    )
    for system, name in used.values_list("other_id", "system__name"):
        found[system].append(name)
    supplied = SystemRelation.objects.filter(
        kind=Relation.SUPPLIES, system__in=systems, other__state__in=RUNNING
    )
    for system, name in supplied.values_list("system_id", "other__name"):
        found[system].append(name)
    holds = SystemHold.objects.filter(system__in=systems)
    for system, note in holds.values_list("system_id", "note"):
        found[system].append(note)
    return {system: sorted(set(names)) for system, names in found.items()}


def read_replacements(systems: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """System -> running systems that are registered to replace it or to take it in."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    replacing = SystemRelation.objects.filter(
        kind=Relation.REPLACES, other__in=systems, system__state__in=RUNNING
    )
    for system, other in replacing.values_list("other_id", "system_id"):
        found[system].add(other)
    merged = SystemRelation.objects.filter(
        kind=Relation.MERGED_INTO, system__in=systems, other__state__in=RUNNING
    )
    for system, other in merged.values_list("system_id", "other_id"):
        found[system].add(other)
    return found
