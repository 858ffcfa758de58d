"""The ledger of use: one line for each delivery, page, table, look-up and verification.

Written in the transaction of the trail's entry, before the first byte goes out. It holds no value
of a record: whose record it was is a keyed digest, or found by looking into the batches.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from uuid import UUID

from exchange.calls import NO_CALL, Call
from exchange.models import Dataset, Grant, UseEntry
from exchange.places import Place
from exchange.secrets import seal, unseal
from exchange.vocabulary import Channel

_LINES = 1000


@dataclass(frozen=True)
class Use:
    """What was given to whom under which terms.

    ``first`` and ``last`` are places in the log between which the rows lie. The whole table as of
    ``last`` has no ``first``. ``digest`` is that of the bytes given.
    """

    channel: Channel
    dataset: Dataset
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


def write_use(use: Use) -> None:
    """Add one line."""
    _entry(use).save(force_insert=True)


def write_uses(uses: Iterable[Use]) -> None:
    """Add many lines, in few statements."""
    UseEntry.objects.bulk_create((_entry(use) for use in uses), batch_size=_LINES)


def _entry(use: Use) -> UseEntry:
    return UseEntry(
        channel=use.channel,
        dataset=use.dataset,
        grant=use.grant,
        edition=use.grant.edition,
        department_id=use.grant.department_id,
        provider_id=use.grant.provider_id,
        system_id=use.system_id,
        credential_id=use.credential_id,
        subscription_id=use.subscription_id,
        purpose=use.purpose,
        end_user=use.call.end_user,
        reason=use.call.reason,
        items=list(use.items),
        rows=use.rows,
        digest=use.digest,
        first_number=use.first.number if use.first else None,
        first_row=use.first.row if use.first else 0,
        last_number=use.last.number if use.last else None,
        last_row=use.last.row if use.last else 0,
        subjects=list(use.subjects) if use.subjects is not None else None,
    )


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
    return bytes.fromhex(unseal(dataset.sealed_subject_key))
