"""Whether what somebody says of a record is so (核验): yes or no, never the value itself."""

import hashlib
import json
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import transaction

from accounts import audit
from accounts.actions.obligations import meet_obligation
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults, ledger
from exchange.calls import NO_CALL, Call
from exchange.dataplane.disclosure import Disclosure
from exchange.errors import ItemNotGranted, NotQueryable
from exchange.ledger import Use, subject_digests
from exchange.models import Dataset
from exchange.openings import Opening, open_for
from exchange.rights import only_plain, verifiable_items
from exchange.tables import find_records
from exchange.values import key_values, stored_value
from exchange.vocabulary import Channel
from kernel.errors import Invalid
from kernel.texts import Text


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
    opening = open_for(dataset, actor, call)
    if not opening.dataset.is_queryable:
        raise NotQueryable("the provider has not opened it for verification; subscribe instead")
    disclosure, grant = opening.plan.disclosure, opening.grant
    only_plain(disclosure.schema.key, disclosure, "key")
    values = key_values(disclosure.schema, key)
    allowed = verifiable_items(grant, disclosure, opening.plan.shared)
    wanted = _claims(claims, allowed, disclosure)
    record = _record(opening, values, allowed)
    verified = Verified(
        found=record is not None,
        matches={
            name: record is not None and record[name] == value for name, value in wanted.items()
        },
        as_of=opening.dataset.folded_number,
    )
    entry = audit.note(
        actor,
        "record.verified",
        opening.dataset,
        grant=str(grant.pk),
        edition=grant.edition,
        items=list(wanted),
        rows=int(verified.found),
    )
    use = Use(
        channel=Channel.VERIFY,
        dataset=opening.dataset,
        grant=grant,
        system_id=actor.id,  # type: ignore[arg-type]
        purpose=opening.purpose,
        call=call,
        credential_id=actor.credential_id,
        items=list(wanted),
        rows=int(verified.found),
        digest=hashlib.sha256(verified.body).hexdigest(),
        # That there is none is said of a person, too.
        subjects=subject_digests(opening.dataset, [values]),
    )
    with transaction.atomic() if opening.owes and verified.found else nullcontext():
        if opening.owes and verified.found:
            meet_obligation("C5", grant, actor=actor)
        ledger.take_and_write(use, entry)
    return verified


def _claims(claims: dict[str, Any], allowed: list[str], disclosure: Disclosure) -> dict[str, Any]:
    """The claims as values of their items; ItemNotGranted for one that may not be compared."""
    if not claims:
        raise Invalid.field("claims", Text("name one or more of: {known}", known=allowed))
    strange = sorted(set(claims) - set(allowed))
    if strange:
        raise ItemNotGranted.field(
            f"claims/{strange[0]}",
            Text("is not granted to verify; the items are: {known}", known=allowed),
            "item-not-granted",
        )
    return {
        name: stored_value(disclosure.schema, name, value, f"claims/{name}")
        for name, value in claims.items()
    }


def _record(opening: Opening, values: tuple[Any, ...], allowed: list[str]) -> dict[str, Any] | None:
    """Those items of the record as they are stored; None if it is absent or not shown."""
    schema = opening.plan.disclosure.schema
    where = dict(zip(schema.key, values, strict=True))
    columns = tuple(name for name in schema.names if name in {*allowed, *where})
    finder = opening.plan.finder(columns)
    found = faults.guarded(
        lambda: find_records(
            opening.dataset, finder, lambda made, cursor: made.find(cursor, where, 1)
        )
    )
    if not found:
        return None
    # In the types that the claims have, too.
    row = [dict(zip(columns, found[0], strict=True))]
    stored: list[dict[str, Any]] = pa.Table.from_pylist(
        row, schema=schema.select(columns).arrow
    ).to_pylist()
    return stored[0]
