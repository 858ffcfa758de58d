"""Verifying the audit trail from its bodies: what was edited, deleted, put in, swapped or cut."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction

from accounts import chain, checkpoints
from accounts.actions.trail import FLOOR
from accounts.models import AuditBlock, AuditSeal

_CHUNK = 1000
_SEALED = f"""
    SELECT s.block_id, s.place, s.link, s.event_id, b.entries, b.previous, b.digest,
           {", ".join(f"e.{column}" for column in chain.COLUMNS)}
    FROM accounts_auditseal s
    LEFT JOIN accounts_auditblock b ON b.number = s.block_id
    LEFT JOIN accounts_auditevent e ON e.id = s.event_id
    WHERE s.block_id <= %s
    ORDER BY s.block_id, s.place
"""  # noqa: S608 - only constants of ours
_UNSEALED = f"""
    SELECT count(*), min(e.id) FILTER (WHERE e.id <= ({FLOOR})) FROM accounts_auditevent e
    WHERE NOT EXISTS (SELECT 1 FROM accounts_auditseal s WHERE s.event_id = e.id)
"""  # noqa: S608 - only constants of ours


class Tampered(Exception):
    """The first place where the trail is not as it was sealed."""

    def __init__(self, reason: str, *, block: int | None = None, entry: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.block, self.entry = reason, block, entry


@dataclass
class Verdict:
    """What was checked, and the first bad place if there is one."""

    entries: int = 0
    blocks: int = 0
    unsealed: int = 0
    checkpoints: int = 0
    first_bad: dict[str, Any] | None = None
    ok: bool = field(init=False, default=True)


def verify_audit() -> Verdict:
    """Recompute the whole chain and compare it with the checkpoints; memory stays bounded."""
    verdict = Verdict()
    try:
        with transaction.atomic():
            head = AuditBlock.objects.order_by("-number").values_list("number", flat=True).first()
            _check_chain(verdict, head or 0)
            _check_unsealed(verdict)
        _check_checkpoints(verdict, head or 0)
    except Tampered as found:
        verdict.ok = False
        verdict.first_bad = {
            "entry": found.entry,
            "block": found.block,
            "reason": found.reason,
        }
    return verdict


class _Walk:
    """The chain as far as it was found sound."""

    def __init__(self) -> None:
        self.block, self.place, self.entry = 0, 0, 0
        self.link = chain.GENESIS
        self.entries, self.digest = 0, chain.GENESIS  # what the block's row says

    def take(self, row: tuple) -> None:
        """One sealed entry, in the order of the chain; Tampered if it does not fit."""
        number, place, stored, entry, entries, previous, digest, *columns = row
        if number != self.block:
            self.close()
            self._open(number, entries, previous, digest)
        self.place += 1
        if place != self.place:
            raise Tampered(
                f"place {self.place} of block {number} is empty: an entry after {self.entry} and"
                f" before {entry} was deleted",
                block=number,
                entry=_between(self.entry, entry),
            )
        if columns[0] is None:
            raise Tampered(f"entry {entry} was deleted", block=number, entry=entry)
        made = chain.link(self.link, chain.read_entry(columns).content)
        if made != stored:
            raise Tampered(
                f"entry {entry} is not what was sealed at place {place} of block {number}:"
                " it was edited, swapped or put in",
                block=number,
                entry=entry,
            )
        self.link, self.entry = made, entry

    def close(self) -> None:
        """The block's end: all its entries seen, and its row says the same."""
        if self.place != self.entries:
            raise Tampered(
                f"block {self.block} has {self.place} entries and was sealed with {self.entries}:"
                f" entries after {self.entry} were deleted or put in",
                block=self.block,
                entry=self.entry + 1 if self.place < self.entries else self.entry,
            )
        if self.link != self.digest:
            raise Tampered(
                f"the digest of block {self.block} is not that of its entries", block=self.block
            )

    def _open(self, number: int, entries: int | None, previous: str, digest: str) -> None:
        if number != self.block + 1 or entries is None:
            missing = self.block + 1 if number != self.block + 1 else number
            raise Tampered(
                f"block {missing} is missing: entries after {self.entry} were deleted",
                block=missing,
                entry=self.entry + 1,
            )
        if previous != self.link:
            raise Tampered(f"block {number} does not follow from block {self.block}", block=number)
        self.block, self.place, self.entries, self.digest = number, 0, entries, digest


def _between(before: int, after: int) -> int | None:
    """The first id that is missing between two entries, as far as ids tell."""
    if before >= after - 1:
        return None
    return before + 1 if before else after - 1


def _check_chain(verdict: Verdict, head: int) -> None:
    walk = _Walk()
    for row in _stream(_SEALED, [head]):
        walk.take(row)
        verdict.entries += 1
        verdict.blocks = walk.block
    walk.close()
    if walk.block != head:
        raise Tampered(
            f"block {walk.block + 1} is empty: entries after {walk.entry} were deleted",
            block=walk.block + 1,
            entry=walk.entry + 1,
        )


def _check_unsealed(verdict: Verdict) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED)
        verdict.unsealed, early = cursor.fetchone()
    if early is not None:
        raise Tampered(f"entry {early} was put in among entries sealed long before", entry=early)


def _check_checkpoints(verdict: Verdict, head: int) -> None:
    if not checkpoints.exists():
        if head:
            raise Tampered("the checkpoint file is missing, so a cut or a rewriting cannot be seen")
        return
    lines = checkpoints.read_all()
    while part := list(islice(lines, _CHUNK)):
        numbers = [known.block for _, known in part if known]
        blocks = AuditBlock.objects.in_bulk(numbers)
        for line, known in part:
            if known is None:
                raise Tampered(f"line {line} of the checkpoint file was not written by us")
            _compare(known, blocks.get(known.block), head)
            verdict.checkpoints += 1


def _compare(known: checkpoints.Checkpoint, block: AuditBlock | None, head: int) -> None:
    if block is None:
        raise Tampered(
            f"the trail ends with block {head}, but block {known.block} existed at {known.at}:"
            " the tail was cut",
            block=head + 1,
        )
    if block.digest != known.digest:
        first = AuditSeal.objects.filter(block=block).order_by("place").first()
        raise Tampered(
            f"block {known.block} is not the one of {known.at}: the chain was recomputed",
            block=known.block,
            entry=first.event_id if first else None,
        )


def _stream(query: str, values: list[Any]) -> Iterator[tuple]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, values)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows
