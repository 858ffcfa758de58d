"""The one source of each item (一数一源, Art. 19): named by the authority, shown to all."""

from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.actor import Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import require
from catalog.models import DataElement, Entry, Item, Resource
from catalog.states import IN_PROGRESS
from kernel.errors import Invalid

# Versions that are over keep what was said of them.
_STANDING = Q(entry__state__in=("published", *IN_PROGRESS))


@transaction.atomic
def name_source(
    resource: Resource, *, actor: Actor, column: str, department: Department | None, reason: str
) -> int:
    """Name the department that is this item's source, in force and in work; None takes it back.

    Later versions carry it on. Invalid if the resource has no such item; gives how many versions.
    """
    require(actor, Perm.SOURCE_NAME, resource.department_id)
    named = _name(
        Q(entry__resource=resource, column=column),
        actor,
        department,
        {"column": column, "reason": reason},
    )
    if not named:
        raise Invalid.field("column", "the resource has no such item", "not-found")
    return named


@transaction.atomic
def name_element_source(
    element: DataElement, *, actor: Actor, department: Department | None, reason: str
) -> int:
    """Name one source for all items of this meaning, whoever collects them; how many items."""
    require(actor, Perm.SOURCE_NAME)
    detail = {"element": element.identifier, "reason": reason}
    return _name(Q(element=element), actor, department, detail)


def _name(chosen: Q, actor: Actor, department: Department | None, detail: dict[str, str]) -> int:
    if department is not None and not department.is_active:
        raise Invalid.field("source_department", "this department is closed", "closed")
    items = Item.objects.filter(_STANDING, chosen)
    # Resources are held first and in one order, as by every deed on a version.
    held = list(
        Resource.objects.select_for_update(no_key=True)
        .filter(pk__in=items.values("entry__resource_id"))
        .order_by("pk")
    )
    entries = list(Entry.objects.filter(pk__in=items.values("entry_id")).order_by("pk"))
    count = items.update(source_department=department)
    for row in (*entries, *held):
        row.change()
    named = {**detail, "source_department": str(department.pk) if department else ""}
    audit.record_all(actor, "source.named", [(resource, named) for resource in held])
    return count
