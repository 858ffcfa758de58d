"""Blocks of sealed entries: canonical bytes, the Merkle tree over them, the chain of blocks.

The digests are those of ``tools/verify_evidence.py``, which verifies without the platform; what
only who seals needs is here.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from accounts.ledgers import Ledger
from tools.verify_evidence import (
    MARK,
    Hash,
    block_digest,
    canonical,
    hash_of,
    leaf_of,
    tree_above,
    tree_root,
)


class Entry(NamedTuple):
    """An entry as the chain sees it."""

    id: int
    content: bytes


def read_entry(text: str) -> Entry:
    """The entry behind a row that the database gives as JSON; what is null is no part of it."""
    values = {name: value for name, value in json.loads(text).items() if value is not None}
    return Entry(values["id"], canonical(values))


def block_of(
    ledger: Ledger,
    number: int,
    previous: str,
    entries: Sequence[Entry],
    *,
    algorithm: str,
    at: datetime,
) -> dict[str, Any]:
    """A block of entries in the order of their ids: its header, digest and marks."""
    hashed = hash_of(algorithm)
    leaves = [leaf_of(entry.content, hashed) for entry in entries]
    header = {
        "algorithm": algorithm,
        "at": moment(at),
        "entries": len(entries),
        "ids": pairs_of([entry.id for entry in entries]),
        "ledger": ledger.name,
        "number": number,
        "previous": previous,
        "root": tree_root(leaves, hashed).hex(),
    }
    marks = b64encode(b"".join(leaf[:MARK] for leaf in leaves)).decode()
    return {**header, "digest": block_digest(header), "marks": marks}


def tree_path(leaves: Sequence[bytes], place: int, hashed: Hash) -> list[str]:
    """The nodes that lead from the leaf at ``place`` (from 0) to the root (RFC 9162, 2.1.3)."""
    path, level = [], list(leaves)
    while len(level) > 1:
        if place ^ 1 < len(level):
            path.append(level[place ^ 1].hex())
        level, place = tree_above(level, hashed), place // 2
    return path


def pairs_of(ids: Sequence[int]) -> list[list[int]]:
    """Growing ids as pairs of the first and last of each run without gap."""
    pairs: list[list[int]] = []
    for number in ids:
        if pairs and pairs[-1][1] == number - 1:
            pairs[-1][1] = number
        else:
            pairs.append([number, number])
    return pairs


def moment(at: datetime) -> str:
    """A time as evidence writes it: in UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
