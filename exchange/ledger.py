"""The ledger of use: one line for each delivery, page, table, look-up and verification.

Written in the transaction of the trail's entry, before the first byte goes out. It holds no value
of a record: whose record it was is a keyed digest, or found by looking into the batches.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from secrets import token_hex
from typing import Any
from uuid import UUID

from django.db import connection

from accounts import audit
from accounts.audit import Statement
from exchange import quotas
from exchange.calls import NO_CALL, Call
from exchange.models import Dataset, Grant, ServiceInterface, UseEntry
from exchange.places import Place
from exchange.secrets import seal, unseal
from exchange.vocabulary import Channel
from kernel.prepared import Prepared

_LINES = 1000


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


def write_use(use: Use) -> None:
    """Add one line."""
    _entry(use).save(force_insert=True)


def take_and_write(use: Use, entry: Statement, *, calls: int = 1) -> None:
    """Count what is about to be given, note it in the trail and add the line, in one statement.

    QuotaExceeded if the day has not so much left, or why the grant gives nothing since the call
    began; then nothing is counted, noted or written.
    """
    values = quotas.take_values(use.grant, calls=calls, rows=use.rows) | entry.values
    values |= {f"use_{name}": value for name, value in _values(use).items()}
    with connection.cursor() as cursor:
        _ALL.execute(cursor, values)
        written = cursor.rowcount
    if not written:
        raise quotas.refused(use.grant, use.rows)


_COLUMNS = tuple(
    field.attname for field in UseEntry._meta.concrete_fields if field.attname not in ("id", "at")
)
_CASTS = {
    field.attname: f"::{field.db_type(connection)}" for field in UseEntry._meta.concrete_fields
}
_VALUES = ", ".join(f"%(use_{name})s{_CASTS[name]}" for name in _COLUMNS)
_TYPES = {
    **quotas.TAKE_TYPES,
    **audit.TYPES,
    **{f"use_{name}": _CASTS[name].removeprefix("::") for name in _COLUMNS},
}
_ALL = Prepared(
    f"""
    WITH taken AS ({quotas.TAKE} RETURNING 1), noted AS ({audit.INSERT} FROM taken)
    INSERT INTO exchange_useentry (at, {", ".join(_COLUMNS)}) SELECT now(), {_VALUES} FROM taken
    """,  # noqa: S608 - names of columns alone; values are bound
    _TYPES,
)


def write_uses(uses: Iterable[Use]) -> None:
    """Add many lines, in few statements."""
    UseEntry.objects.bulk_create((_entry(use) for use in uses), batch_size=_LINES)


def _entry(use: Use) -> UseEntry:
    return UseEntry(**_values(use))


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
