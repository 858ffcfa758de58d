"""The ledgers whose entries are sealed in blocks: the audit trail, and those of upper apps."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ledger:
    """A table that is only ever added to, with a growing ``id``.

    ``columns`` are what the seal covers. A column that is added later must be null in the entries
    of before: what is null is no part of an entry's bytes.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    # Those that are moments, which are sealed as they are in UTC.
    moments: frozenset[str] = frozenset({"at"})


TRAIL = Ledger(
    "trail",
    "accounts_auditevent",
    (
        *("id", "at", "verb", "actor_kind", "actor_id", "actor_name", "department_id"),
        *("subject_type", "subject_id", "detail", "request_id", "address"),
    ),
)
_LEDGERS = {TRAIL.name: TRAIL}


def register(ledger: Ledger) -> None:
    """Let the ledger of an upper app be sealed, verified and exported with the trail."""
    _LEDGERS[ledger.name] = ledger


def ledgers() -> Iterable[Ledger]:
    """All of them, the trail first."""
    return tuple(_LEDGERS.values())


def ledger_named(name: str) -> Ledger:
    """The ledger of this name; KeyError if there is none."""
    return _LEDGERS[name]
