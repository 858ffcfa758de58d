"""What the register, relations and holds say of systems, read for many at once."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length

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
)
ITEMS = ("business_items", "data_items")
# A function of fewer characters says nothing that another could be compared with.
SHORT_FUNCTION = 8


def read_register(systems: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """System -> the columns that the rules look at, with its name and whether it says what it
    does (``has_function``)."""
    says = (
        Q(function_length__gte=SHORT_FUNCTION)
        | Q(business_items__len__gt=0)
        | Q(data_items__len__gt=0)
    )
    rows = InformationSystem.objects.filter(pk__in=systems).annotate(
        function_length=Length("function"),
        has_function=Case(When(says, then=Value(True)), default=Value(False)),
    )
    return {row["id"]: row for row in rows.values("id", "name", "has_function", *COLUMNS)}


def read_items(systems: Sequence[UUID]) -> dict[UUID, dict[str, list[str]]]:
    """System -> its business items and data items."""
    rows = InformationSystem.objects.filter(pk__in=systems).values("id", *ITEMS)
    return {row["id"]: {name: row[name] for name in ITEMS} for row in rows}


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
