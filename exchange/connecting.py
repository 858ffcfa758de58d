"""What a connector's source says when a person asks, told in the platform's words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from exchange.connector_errors import SourceAway, SourceRefused
from exchange.dataplane.connectors.base import Described
from exchange.dataplane.connectors.mends import mend
from exchange.dataplane.connectors.options import OptionsInvalid
from exchange.dataplane.connectors.proposing import item_name
from exchange.dataplane.errors import DataplaneError, Transient
from exchange.dataplane.schema import Schema
from kernel.errors import DomainError, Invalid

T = TypeVar("T")


@dataclass(frozen=True)
class SourceFault:
    """What was wrong with a source, what would mend it, and whether waiting may help."""

    code: str
    detail: str
    mend: str
    is_transient: bool


def fault_of(error: DataplaneError) -> SourceFault:
    """The fault that an error tells of."""
    return SourceFault(error.code, error.detail, mend(error.code), isinstance(error, Transient))


def asked(work: Callable[[], T]) -> T:
    """The work's result; a fault of the source becomes a refusal that says what mends it."""
    try:
        return work()
    except DataplaneError as error:
        raise refusal(error) from None


def refusal(error: DataplaneError) -> DomainError:
    """The refusal that says the same as an error of a source."""
    if isinstance(error, OptionsInvalid):
        return Invalid.field(error.field.replace(".", "/"), error.detail, error.code)
    family = SourceAway if isinstance(error, Transient) else SourceRefused
    return family(error.detail, reason=error.code, mend=mend(error.code))


def matched(schema: Schema, described: Described) -> dict[str, str]:
    """For each item of a dataset the source's column that is most likely its own.

    The name, then the name as an item would be called, then the title; an item without any is
    left out.
    """
    by_name = {column.name: column.name for column in described.columns}
    by_item = {column.item.name: column.name for column in described.columns}
    by_title = {column.item.title: column.name for column in described.columns}
    found = {}
    for item in schema.items:
        column = (
            by_name.get(item.name)
            or by_item.get(item.name)
            or by_title.get(item.title or item.name)
            or by_item.get(item_name(item.title or item.name))
        )
        if column:
            found[item.name] = column
    return found
