"""The ledger of use: one line for each delivery, page, table, look-up and verification.

Written in the transaction of the trail's entry, before the first byte goes out. It holds no value
of a record: whose record it was is a keyed digest, or found by looking into the batches.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from secrets import token_hex
from typing import Any
from uuid import UUID

import orjson
from django.db import DataError, Error, IntegrityError, connection

from accounts import audit
from exchange import quotas
from exchange.calls import NO_CALL, Call
from exchange.models import Dataset, Grant, ServiceInterface, UseEntry
from exchange.places import Place
from exchange.vocabulary import Channel
from kernel.days import today
from kernel.models import uuid7
from kernel.prepared import Prepared
from kernel.sealing import seal, unseal
from kernel.together import Together


@dataclass(frozen=True)
class Use:
    """What was given to whom under which terms.

    ``first`` and ``last`` are places in the log between which the rows lie. The whole table as of
    ``last`` has no ``first``. ``digest`` is that of the bytes given. What an interface answered
    has no dataset.
    """

    channel: Channel
    dataset: Dataset | None
    grant: Grant
    system_id: UUID
    purpose: str
    items: Sequence[str]
    rows: int
    digest: str
    call: Call = NO_CALL
    credential_id: UUID | None = None
    subscription_id: UUID | None = None
    first: Place | None = None
    last: Place | None = None
    subjects: Sequence[int] | None = field(default=None, repr=False)
    interface: ServiceInterface | None = None


# What is given, and its entry in the trail (``audit.note``).
Line = tuple[Use, dict[str, Any]]


def write_use(use: Use) -> None:
    """Add one line."""
    UseEntry(**_values(use)).save(force_insert=True)


def take_and_write(use: Use, entry: dict[str, Any], *, calls: int = 1) -> None:
    """Count what is about to be given, note it in the trail and add the line, in one statement.

    Outside a transaction those of one grant that come side by side share one, which is committed
    when this returns. QuotaExceeded if the day has not so much left, or why the grant gives
    nothing since the call began; then nothing is counted, noted or written.
    """
    asked = _asked((use, entry), calls)
    if connection.in_atomic_block:
        written = _write([asked])
    else:
        written = _TOGETHER.ask((asked.grant, asked.day), asked)
    if not written:
        raise quotas.refused(use.grant, use.rows)


def take_and_write_all(lines: Sequence[Line]) -> bool:
    """The same for calls under one grant, in one statement; False, and nothing counted or written,
    where the day has not so much left for all of them. Refuses none of them by itself."""
    return _write([_asked(line, 1) for line in lines])


@dataclass(frozen=True)
class _Asked:
    """What is to be counted for a grant's day, and the note of it."""

    grant: UUID
    day: date
    calls: int
    rows: int
    note: dict[str, Any]


def _asked(line: Line, calls: int) -> _Asked:
    use, entry = line
    note = entry | {f"use_{name}": value for name, value in _values(use).items()}
    return _Asked(use.grant.pk, today(), calls, use.rows, note)


def _write_all(party: Sequence[_Asked]) -> Sequence[bool | Exception]:
    """For each of one grant's day whether it was written, or why not: together, or where that
    fails because of one of them, one by one."""
    try:
        if _write(party):
            return [True] * len(party)
    except (DataError, IntegrityError):
        if len(party) == 1:
            raise
    return [_write_alone(asked) for asked in party] if len(party) > 1 else [False]


def _write_alone(asked: _Asked) -> bool | Exception:
    try:
        return _write([asked])
    except Error as error:
        return error


def _write(party: Sequence[_Asked]) -> bool:
    """Whether the day had so much left; then all are written."""
    values = {
        "id": uuid7(),
        "day": party[0].day,
        "calls": sum(asked.calls for asked in party),
        "rows": sum(asked.rows for asked in party),
        "grant": party[0].grant,
        "notes": orjson.dumps([asked.note for asked in party]).decode(),
    }
    with connection.cursor() as cursor:
        _ALL.execute(cursor, values)
        return bool(cursor.rowcount)


_TOGETHER = Together(_write_all)
_TYPES = {
    f"use_{field.attname}": str(field.db_type(connection))
    for field in UseEntry._meta.concrete_fields
    if field.attname not in ("id", "at")
}
_MEMBERS = ", ".join(f"{name} {kind}" for name, kind in {**audit.TYPES, **_TYPES}.items())
_ALL = Prepared(
    f"""
    WITH taken AS ({quotas.TAKE} RETURNING 1),
         notes AS MATERIALIZED (
            SELECT note.* FROM taken, json_to_recordset(%(notes)s) AS note ({_MEMBERS})
         ),
         noted AS ({audit.INSERT} FROM notes)
    INSERT INTO exchange_useentry (at, {", ".join(name.removeprefix("use_") for name in _TYPES)})
    SELECT now(), {", ".join(_TYPES)} FROM notes
    """,  # noqa: S608 - names of columns alone; values are bound
    {**quotas.TAKE_TYPES, "notes": "json"},
)


def _values(use: Use) -> dict[str, Any]:
    """The line by column, but for its number and its time."""
    return {
        "channel": use.channel.value,
        "dataset_id": use.dataset.pk if use.dataset else None,
        "interface_id": use.interface.pk if use.interface else None,
        "grant_id": use.grant.pk,
        "edition": use.grant.edition,
        "department_id": use.grant.department_id,
        "provider_id": use.grant.provider_id,
        "system_id": use.system_id,
        "credential_id": use.credential_id,
        "subscription_id": use.subscription_id,
        "purpose": use.purpose,
        "end_user": use.call.end_user,
        "reason": use.call.reason,
        "items": list(use.items),
        "rows": use.rows,
        "digest": use.digest,
        "first_number": use.first.number if use.first else None,
        "first_row": use.first.row if use.first else 0,
        "last_number": use.last.number if use.last else None,
        "last_row": use.last.row if use.last else 0,
        "subjects": list(use.subjects) if use.subjects is not None else None,
    }


def subject_digests(dataset: Dataset, keys: Iterable[tuple[Any, ...]]) -> list[int]:
    """The records of these keys as the ledger names them: 63 bits, keyed for this dataset."""
    secret = _subject_key(dataset)
    return [_digest(secret, key) for key in keys]


def _digest(secret: bytes, key: tuple[Any, ...]) -> int:
    text = json.dumps([str(value) for value in key], ensure_ascii=False)
    made = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return int.from_bytes(made[:8], "big") >> 1


def _subject_key(dataset: Dataset) -> bytes:
    """The dataset's key, made at the first need: whoever comes second takes the first one's."""
    if not dataset.sealed_subject_key:
        unset = Dataset.objects.filter(pk=dataset.pk, sealed_subject_key="")
        unset.update(sealed_subject_key=seal(token_hex(32)))
        dataset.refresh_from_db(fields=["sealed_subject_key"])
    return _opened(dataset.sealed_subject_key)


@lru_cache(maxsize=1000)
def _opened(sealed: str) -> bytes:
    return bytes.fromhex(unseal(sealed))
