"""Whether what somebody says of a record is so (核验): yes or no, never the value itself."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import transaction

from accounts import audit
from accounts.actions.obligations import meet_obligation
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.vocabulary import ShareMode
from exchange import faults, ledger, quotas
from exchange.calls import NO_CALL, Call
from exchange.dataplane.disclosure import Disclosure
from exchange.errors import ItemNotGranted, NotQueryable
from exchange.ledger import Use, subject_digests
from exchange.models import Dataset
from exchange.rights import (
    disclosure_of,
    grant_for_lookup,
    only_plain,
    require_call,
    verifiable_items,
)
from exchange.tables import find_records
from exchange.values import key_values, stored_value
from exchange.vocabulary import Channel
from kernel.errors import Invalid


@dataclass(frozen=True)
class Verified:
    """Whether the record is there, whether each claim is so, and as of which batch.

    Of a record that is absent, or that the grant's condition does not show, no claim is so.
    """

    found: bool
    matches: dict[str, bool]
    as_of: int

    @property
    def body(self) -> bytes:
        """The answer as it goes out."""
        told = {"found": self.found, "matches": self.matches, "as_of": self.as_of}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def verify_record(
    dataset: Dataset,
    *,
    actor: Actor,
    key: dict[str, Any],
    claims: dict[str, Any],
    call: Call = NO_CALL,
) -> Verified:
    """Compare claims with the record of that key; null claims that the item has no value."""
    require(actor, Perm.RECORD_VERIFY)
    grant = grant_for_lookup(dataset, actor, call)
    purpose = require_call(grant, actor=actor, call=call, mode=ShareMode.INTERFACE)
    if not dataset.is_queryable:
        raise NotQueryable("the provider has not opened it for verification; subscribe instead")
    disclosure = disclosure_of(grant, dataset)
    only_plain(disclosure.schema.key, disclosure, "key")
    values = key_values(disclosure.schema, key)
    wanted = _claims(claims, verifiable_items(grant, disclosure), disclosure)
    quotas.require_left(grant)
    dataset.refresh_from_db(fields=["folded_number"])
    record = _record(dataset, disclosure, values, list(wanted))
    verified = Verified(
        found=record is not None,
        matches={
            name: record is not None and record[name] == value for name, value in wanted.items()
        },
        as_of=dataset.folded_number,
    )
    with transaction.atomic():
        audit.record(
            actor,
            "record.verified",
            dataset,
            grant=str(grant.pk),
            edition=grant.edition,
            items=list(wanted),
            rows=int(verified.found),
        )
        if verified.found:
            meet_obligation("C5", grant, actor=actor)
        use = Use(
            channel=Channel.VERIFY,
            dataset=dataset,
            grant=grant,
            system_id=actor.id,  # type: ignore[arg-type]
            purpose=purpose,
            call=call,
            credential_id=actor.credential_id,
            items=list(wanted),
            rows=int(verified.found),
            digest=hashlib.sha256(verified.body).hexdigest(),
            # That there is none is said of a person, too.
            subjects=subject_digests(dataset, [values]),
        )
        quotas.take(grant, calls=1, rows=int(verified.found))
        ledger.write_use(use)
    return verified


def _claims(claims: dict[str, Any], allowed: list[str], disclosure: Disclosure) -> dict[str, Any]:
    """The claims as values of their items; ItemNotGranted for one that may not be compared."""
    if not claims:
        raise Invalid.field("claims", f"name one or more of: {', '.join(allowed)}")
    strange = sorted(set(claims) - set(allowed))
    if strange:
        raise ItemNotGranted.field(
            f"claims/{strange[0]}",
            f"is not granted to verify; the items are: {', '.join(allowed)}",
            "item-not-granted",
        )
    return {
        name: stored_value(disclosure.schema, name, value, f"claims/{name}")
        for name, value in claims.items()
    }


def _record(
    dataset: Dataset, disclosure: Disclosure, values: tuple[Any, ...], names: list[str]
) -> dict[str, Any] | None:
    """The claimed items of the record as they are stored; None if it is absent or not shown."""
    where = dict(zip(disclosure.schema.key, values, strict=True))
    columns = [name for name in disclosure.schema.names if name in {*names, *where}]
    found = faults.guarded(lambda: find_records(dataset, columns, where, 1, disclosure.condition))
    schema = disclosure.schema.select(columns).arrow
    stored = pa.Table.from_pylist(found, schema=schema).to_pylist()
    return stored[0] if stored else None
