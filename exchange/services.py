"""Whether a provider may stop or change what others receive from it (Order 809 Art. 27).

It may once it has announced it and the day has come, and everybody whom it serves agrees or the
authority has filed it. Questions only; nothing is written here.
"""

from collections.abc import Iterable
from typing import TypeAlias
from uuid import UUID

from django.utils import timezone

from catalog.vocabulary import ShareMode
from exchange.dataplane.schema import Schema, incompatibilities
from exchange.errors import ChangeNotCleared
from exchange.models import Dataset, Grant, ServiceChange, ServiceInterface
from exchange.states import GRANT_RUNNING
from kernel.texts import Text

# What others rely on: data that the hub keeps, or the provider's own interface.
Service: TypeAlias = Dataset | ServiceInterface

# Announced, and neither done nor taken back.
CHANGE_OPEN = ("announced", "filed")


def is_served(resource_id: UUID) -> bool:
    """Whether something usable is attached to the resource: data, or an interface (挂接)."""
    interfaces = ServiceInterface.objects.filter(resource_id=resource_id)
    if interfaces.exclude(state="closed").exists():
        return True
    return Dataset.objects.filter(resource_id=resource_id, state="open").exists()


def served_departments(service: Service) -> list[UUID]:
    """The other departments that hold a running grant of it, in their order.

    An interface serves those whose grant names that way of sharing.
    """
    held = Grant.objects.filter(resource_id=service.resource_id, state__in=GRANT_RUNNING)
    if isinstance(service, ServiceInterface):
        held = held.filter(modes__contains=[ShareMode.INTERFACE.value])
    foreign = held.exclude(department_id=service.department_id)
    return sorted(set(foreign.values_list("department_id", flat=True)))


def silent_departments(change: ServiceChange) -> list[UUID]:
    """Those served who have not agreed to it: who said no, and who said nothing."""
    agreed = set(change.replies.filter(agrees=True).values_list("department_id", flat=True))
    return [served for served in served_departments(change.service) if served not in agreed]


def breaks_readers(old: Schema, new: Schema) -> bool:
    """Whether who reads by the old schema loses an item, or cannot go on with what it has."""
    return not set(old.names) <= set(new.names) or bool(incompatibilities(old, new, "backward"))


def require_cleared(service: Service, kind: str) -> None:
    """ChangeNotCleared unless nobody else is served, or a change of this kind is announced, has
    come to its day, and is agreed to by all whom it touches or filed with the authority."""
    served = served_departments(service)
    if not served:
        return
    change = service.changes_announced.filter(kind=kind, state__in=CHANGE_OPEN).first()
    if change is None:
        raise ChangeNotCleared(
            "announce it; those served agree, or the authority files it", served=_named(served)
        )
    require_change_cleared(change)


def require_change_cleared(change: ServiceChange) -> None:
    """ChangeNotCleared unless this announcement may be carried out now."""
    if change.effective_on > timezone.localdate():
        raise ChangeNotCleared(
            Text("it was announced for {effective_on}", effective_on=change.effective_on),
            effective_on=str(change.effective_on),
        )
    silent = silent_departments(change)
    if change.state != "filed" and silent:
        raise ChangeNotCleared("not everybody whom you serve has agreed", waiting=_named(silent))


def _named(departments: Iterable[UUID]) -> list[str]:
    return [str(department) for department in departments]
