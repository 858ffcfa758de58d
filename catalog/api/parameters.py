"""Query parameters that have few values."""

from rest_framework.request import Request

from kernel.errors import Invalid


def flag_of(request: Request, name: str) -> bool | None:
    """True or false as the parameter says; None if it is left out."""
    value = request.query_params.get(name)
    if value is None:
        return None
    if value not in ("true", "false"):
        raise Invalid.field(name, "must be true or false", "invalid-choice")
    return value == "true"


def one_of(request: Request, name: str, *values: str) -> str:
    """One of the values; the first one if the parameter is left out."""
    value: str = request.query_params.get(name, values[0])
    if value not in values:
        raise Invalid.field(name, f"must be one of: {', '.join(values)}", "invalid-choice")
    return value
