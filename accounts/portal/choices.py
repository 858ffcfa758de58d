"""What the portal's filters and forms offer to choose departments from."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.actor import Actor
from accounts.models import Department
from accounts.portal.access import signed_in
from kernel.listparts import MOST_CHOICES, Typed
from kernel.typed import TypedField, TypedFields, suggested

_SUGGEST = "department-names"


def departments(actor: Actor) -> Iterable[tuple[Any, Any]] | Typed:
    """The departments, by name; where there are too many to choose from, by what is typed."""
    rows = Department.objects.visible_to(actor)
    named = rows.order_by("name").values_list("pk", "name")
    if rows[MOST_CHOICES : MOST_CHOICES + 1].exists():
        return Typed(lambda words: _found(named, words), _SUGGEST)
    return named


class DepartmentField(TypedField):
    """A department; the form says which may be chosen."""

    def __init__(self, **told: Any) -> None:
        super().__init__(Department.objects.none(), suggest=_SUGGEST, **told)


class DepartmentFields(TypedFields):
    """Several departments; the form says which may be chosen."""

    def __init__(self, **told: Any) -> None:
        super().__init__(Department.objects.none(), **told)


@require_safe
@signed_in
def department_names(request: HttpRequest) -> HttpResponse:
    """What to suggest for the words in the field that ``of`` names."""
    words = request.GET.get(request.GET.get("of", ""), "")
    rows: Any = Department.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return HttpResponse(suggested(rows.filter(is_active=True), words))


def _found(named: Any, words: str) -> list[tuple[Any, Any]]:
    """That of this identifier, else of this name, else those that have the words in their names."""
    try:
        return list(named.filter(pk=UUID(words)))
    except ValueError:
        exact = list(named.filter(name=words))
    return exact or list(named.filter(name__icontains=words)[:MOST_CHOICES])
