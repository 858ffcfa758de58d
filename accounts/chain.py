"""The hash chain over the audit trail: canonical bytes of an entry, and the links between them."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

ALGORITHM = "sha256"
# What the first link of all is chained to.
GENESIS = "0" * 64
COLUMNS = (
    "id",
    "at",
    "verb",
    "actor_kind",
    "actor_id",
    "actor_name",
    "department_id",
    "subject_type",
    "subject_id",
    "detail",
    "request_id",
    "address",
)


class Entry(NamedTuple):
    """An entry as the chain sees it."""

    id: int
    content: bytes


def read_entry(columns: Sequence[Any]) -> Entry:
    """The entry behind a row of COLUMNS as the database driver gives it."""
    values = dict(zip(COLUMNS, columns, strict=True))
    values["detail"] = json.loads(values["detail"])
    return Entry(values["id"], canonical(values))


def canonical(values: dict[str, Any]) -> bytes:
    """All columns as JSON: keys sorted, no blanks, UTF-8, times in UTC with microseconds."""
    text = json.dumps(
        values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )
    return text.encode()


def link(previous: str, content: bytes) -> str:
    """The digest that binds an entry to everything before it."""
    return hashlib.sha256(previous.encode() + b"\n" + content).hexdigest()


def links(previous: str, entries: Sequence[Entry]) -> Iterator[str]:
    """The link of each entry in turn."""
    for entry in entries:
        previous = link(previous, entry.content)
        yield previous


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)
