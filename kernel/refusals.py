"""Every problem code that the platform can answer with, read off the refusals themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import getdoc

from django.utils.translation import gettext_noop

from kernel.errors import DomainError
from kernel.problems import refusal


@dataclass(frozen=True)
class Refusal:
    """A line of the list: code, status, title, and when it is given."""

    code: str
    status: int
    title: str
    meaning: str


# Given by the framework before a view of ours is reached.
_FRAMEWORK = (
    Refusal(
        "method-not-allowed",
        405,
        gettext_noop("This address does not know that method"),
        "The method is not one of those in the header Allow.",
    ),
    Refusal(
        "not-acceptable",
        406,
        gettext_noop("The answer cannot be given in that format"),
        "The header Accept asks for a format that this address does not give.",
    ),
    Refusal(
        "unsupported-media-type",
        415,
        gettext_noop("This address does not read that kind of body"),
        "The header Content-Type names a kind of body that is not taken here.",
    ),
    Refusal(
        "internal",
        500,
        gettext_noop("Something broke on our side"),
        "A fault of ours; it is logged under the request id.",
    ),
)


def all_refusals() -> list[Refusal]:
    """All of them, by status and code; each code once."""
    found = {item.code: item for item in _FRAMEWORK}
    for family in families():
        found.setdefault(family.code, _line(family))
    return sorted(found.values(), key=lambda item: (item.status, item.code))


def families(top: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Every kind of refusal below the top, those of all apps."""
    for family in top.__subclasses__():
        yield family
        yield from families(family)


def _line(family: type[DomainError]) -> Refusal:
    return Refusal(family.code, refusal(family()).status, family.title, getdoc(family) or "")
