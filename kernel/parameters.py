"""Query parameters that have few values."""

from collections.abc import Collection
from typing import TypeVar

from rest_framework.request import Request

from kernel.errors import Invalid

Word = TypeVar("Word", bound=str)


def choice_of(request: Request, name: str, choices: Collection[Word]) -> Word | None:
    """One of the choices; None if the parameter is left out."""
    value = request.query_params.get(name)
    found = next((choice for choice in choices if choice == value), None)
    if value is not None and found is None:
        raise Invalid.field(name, f"must be one of: {', '.join(choices)}", "invalid-choice")
    return found


def one_of(request: Request, name: str, *values: Word) -> Word:
    """One of the values; the first one if the parameter is left out."""
    return choice_of(request, name, values) or values[0]


def flag_of(request: Request, name: str) -> bool | None:
    """True or false as the parameter says; None if it is left out."""
    value = choice_of(request, name, ("true", "false"))
    return None if value is None else value == "true"
