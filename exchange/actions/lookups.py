"""Single records by key or by an item that the provider opened for it (查询)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
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
from exchange.dataplane import reading
from exchange.dataplane.disclosing import disclose_page
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.errors import Terminal, Transient
from exchange.errors import NotQueryable
from exchange.ledger import Use, subject_digests
from exchange.models import Dataset
from exchange.rights import (
    disclosure_of,
    grant_for_lookup,
    only_granted,
    only_plain,
    require_call,
)
from exchange.tables import find_records
from exchange.vocabulary import Channel
from kernel.errors import Invalid

LOOKUP_LIMIT = 100


@dataclass(frozen=True)
class Found:
    """Records, encoded as they go out, and the number of the batch that they are as of."""

    table: pa.Table
    body: bytes
    as_of: int


def lookup_records(
    dataset: Dataset,
    *,
    actor: Actor,
    where: dict[str, Any],
    items: list[str] | None = None,
    limit: int = LOOKUP_LIMIT,
    call: Call = NO_CALL,
) -> Found:
    """Records that the grant shows and whose items equal ``where``."""
    require(actor, Perm.RECORD_LOOKUP)
    grant = grant_for_lookup(dataset, actor, call)
    purpose = require_call(grant, actor=actor, call=call, mode=ShareMode.INTERFACE)
    if not dataset.is_queryable:
        raise NotQueryable("the provider has not opened it for look-ups; subscribe instead")
    disclosure = disclosure_of(grant, dataset)
    _check_where(where, dataset, disclosure)
    columns = list(disclosure.names)
    if items:
        columns = only_granted(items, disclosure.shown, "items")
    quotas.require_left(grant)
    dataset.refresh_from_db(fields=["folded_number"])
    stored = _find(dataset, disclosure, where, limit)
    shown = _shown(stored, disclosure, columns)
    body = reading.encode(shown, "json").strip()
    body = b'{"items":' + body + b',"as_of":%d}' % dataset.folded_number
    with transaction.atomic():
        audit.record(
            actor,
            "record.looked_up",
            dataset,
            grant=str(grant.pk),
            edition=grant.edition,
            by=sorted(where),
            items=columns,
            rows=shown.num_rows,
        )
        if shown.num_rows:
            meet_obligation("C5", grant, actor=actor)
        use = Use(
            channel=Channel.LOOKUP,
            dataset=dataset,
            grant=grant,
            system_id=actor.id,  # type: ignore[arg-type]
            purpose=purpose,
            call=call,
            credential_id=actor.credential_id,
            items=columns,
            rows=shown.num_rows,
            digest=hashlib.sha256(body).hexdigest(),
            subjects=subject_digests(dataset, _keys(stored, disclosure)),
        )
        quotas.take(grant, calls=1, rows=shown.num_rows)
        ledger.write_use(use)
    return Found(shown, body, dataset.folded_number)


def _check_where(where: dict[str, Any], dataset: Dataset, disclosure: Disclosure) -> None:
    keys = {*disclosure.schema.key, *dataset.lookup_items}
    if not where or not set(where) <= keys:
        raise Invalid.field("where", f"name one or more of: {', '.join(sorted(keys))}")
    only_granted(list(where), disclosure.shown, "where")
    only_plain(where, disclosure, "where")
    nested = sorted(name for name, value in where.items() if isinstance(value, dict | list))
    if nested:
        raise Invalid.field(f"where/{nested[0]}", "must be one plain value")


def _find(dataset: Dataset, disclosure: Disclosure, where: dict[str, Any], limit: int) -> pa.Table:
    """The stored rows that the condition shows, with every item that the disclosure needs."""
    names = list(disclosure.source_names)
    try:
        found = find_records(dataset, names, where, limit, disclosure.condition)
    except Terminal as fault:
        if fault.code != "value-refused":
            raise faults.translate(fault) from fault
        raise Invalid.field("where", "a value does not fit its item", fault.code) from fault
    except Transient as fault:
        raise faults.translate(fault) from fault
    return pa.Table.from_pylist(found, schema=disclosure.source.arrow)


def _shown(stored: pa.Table, disclosure: Disclosure, columns: list[str]) -> pa.Table:
    """The rows masked; what the database chose the condition chooses again."""
    if disclosure.is_plain:
        return stored.select(columns)
    names = tuple(n for n in disclosure.names if n in columns or n in disclosure.schema.key)
    masks = {name: mask for name, mask in disclosure.masks.items() if name in names}
    narrow = replace(disclosure, names=names, masks=masks)
    return faults.guarded(lambda: disclose_page(stored, narrow)).select(columns)


def _keys(stored: pa.Table, disclosure: Disclosure) -> Iterable[tuple[Any, ...]]:
    """The keys of the rows as they are stored, none where records have no key."""
    names = disclosure.schema.key
    if not names:
        return []
    return [tuple(row[name] for name in names) for row in stored.select(names).to_pylist()]
