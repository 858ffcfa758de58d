"""Whether a provider may stop or change what others receive from it (Order 809 Art. 27).

It may once it has announced it and the day has come, and everybody whom it serves agrees or the
authority has filed it. Questions only; nothing is written here.
"""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from exchange.dataplane.schema import Schema, incompatibilities
from exchange.errors import ChangeNotCleared
from exchange.models import Dataset, Grant, ServiceChange
from exchange.states import GRANT_RUNNING

# Announced, and neither done nor taken back.
CHANGE_OPEN = ("announced", "filed")


def served_departments(dataset: Dataset) -> list[UUID]:
    """The other departments that hold a running grant of the dataset, in their order."""
    held = Grant.objects.filter(resource_id=dataset.resource_id, state__in=GRANT_RUNNING)
    foreign = held.exclude(department_id=dataset.department_id)
    return sorted(set(foreign.values_list("department_id", flat=True)))


def silent_departments(change: ServiceChange) -> list[UUID]:
    """Those served who have not agreed to it: who said no, and who said nothing."""
    agreed = set(change.replies.filter(agrees=True).values_list("department_id", flat=True))
    return [served for served in served_departments(change.dataset) if served not in agreed]


def breaks_readers(old: Schema, new: Schema) -> bool:
    """Whether who reads by the old schema loses an item, or cannot go on with what it has."""
    return not set(old.names) <= set(new.names) or bool(incompatibilities(old, new, "backward"))


def require_cleared(dataset: Dataset, kind: str) -> None:
    """ChangeNotCleared unless nobody else is served, or a change of this kind is announced, has
    come to its day, and is agreed to by all whom it touches or filed with the authority."""
    served = served_departments(dataset)
    if not served:
        return
    announced = ServiceChange.objects.filter(dataset=dataset, kind=kind, state__in=CHANGE_OPEN)
    change = announced.first()
    if change is None:
        raise ChangeNotCleared(
            "announce it; those served agree, or the authority files it", served=_named(served)
        )
    require_change_cleared(change)


def require_change_cleared(change: ServiceChange) -> None:
    """ChangeNotCleared unless this announcement may be carried out now."""
    if change.effective_on > timezone.localdate():
        raise ChangeNotCleared(
            f"it was announced for {change.effective_on}", effective_on=str(change.effective_on)
        )
    silent = silent_departments(change)
    if change.state != "filed" and silent:
        raise ChangeNotCleared("not everybody whom you serve has agreed", waiting=_named(silent))


def _named(departments: Iterable[UUID]) -> list[str]:
    return [str(department) for department in departments]
