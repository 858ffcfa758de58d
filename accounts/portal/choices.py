"""What the portal's filters offer to choose from."""

from collections.abc import Iterable
from typing import Any

from accounts.actor import Actor
from accounts.models import Department


def departments(actor: Actor) -> Iterable[tuple[Any, str]]:
    """The departments, by name."""
    rows = Department.objects.visible_to(actor).order_by("name")
    return rows.values_list("pk", "name")
