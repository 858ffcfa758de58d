"""Single records by key or by an item that the provider opened for it (查询).

A call is three statements: what opens the data, the records, and one that counts, notes in the
trail and writes the ledger, before the answer goes out. Calls side by side share them: those of
one system the first, those for one key each the second, those under one grant the third.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
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
from exchange.dataplane.connectors.postgres_lookup import Finder
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.errors import Terminal, Transient
from exchange.dataplane.few_rows import json_text
from exchange.errors import NotQueryable
from exchange.finding import find_key
from exchange.ledger import Use, subject_digests
from exchange.models import Dataset
from exchange.openings import Opening, open_for
from exchange.rights import only_granted, only_plain
from exchange.tables import find_records
from exchange.values import key_values, stored_value
from exchange.vocabulary import Channel
from kernel.errors import Invalid
from kernel.texts import Text

LOOKUP_LIMIT = 100
MOST_KEYS = 1000


@dataclass(frozen=True)
class Found:
    """Records as they are shown, encoded as they go out, as of the batch of that number.

    Of keys, ``records`` has one member for each in the order asked, None where there is none.
    """

    records: list[dict[str, Any] | None]
    body: bytes
    as_of: int
    disclosure: Disclosure
    columns: tuple[str, ...]

    @cached_property
    def table(self) -> pa.Table:
        """The records found as a table."""
        found = [record for record in self.records if record is not None]
        shown = self.disclosure.shown.arrow
        return pa.Table.from_pylist(found, pa.schema(map(shown.field, self.columns)))


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
    opening = _open(dataset, actor, call)
    disclosure = opening.plan.disclosure
    wanted = _wanted(where, opening.dataset, disclosure)
    columns = _columns(items, disclosure)
    finder = opening.plan.finder(disclosure.source_names)
    stored = _guarded(lambda: _find(opening, finder, wanted, limit))
    shown = opening.plan.shower(columns).show(stored)
    keys = [tuple(row[at] for at in _key_places(disclosure)) for row in stored]
    as_of = opening.dataset.folded_number
    body = json_text({"items": shown, "as_of": as_of})
    found = Found(list(shown), body, as_of, disclosure, columns)
    _note(opening, actor, call, found, sorted(where), keys if disclosure.schema.key else [])
    return found


def lookup_keys(
    dataset: Dataset,
    *,
    actor: Actor,
    keys: Sequence[dict[str, Any]],
    items: list[str] | None = None,
    call: Call = NO_CALL,
) -> Found:
    """For each of at most MOST_KEYS keys, in order, the record that the grant shows, or that there
    is none. One statement finds them, and one line of the ledger names them all."""
    require(actor, Perm.RECORD_LOOKUP)
    opening = _open(dataset, actor, call)
    disclosure = opening.plan.disclosure
    if not 1 <= len(keys) <= MOST_KEYS:
        raise Invalid.field("keys", Text("name 1 to {most} keys", most=MOST_KEYS))
    only_plain(disclosure.schema.key, disclosure, "keys")
    asked = [key_values(disclosure.schema, key, f"keys/{place}") for place, key in enumerate(keys)]
    columns = _columns(items, disclosure)
    finder = opening.plan.finder(disclosure.source_names)
    stored = _guarded(
        lambda: find_records(
            opening.dataset, finder, lambda made, cursor: made.find_keys(cursor, asked)
        )
    )
    records: list[dict[str, Any] | None] = [None] * len(asked)
    shower = opening.plan.shower(columns)
    for place, *row in stored:
        records[place - 1] = next(iter(shower.show([row])), None)
    answers = [
        {"found": False} if record is None else {"found": True, "record": record}
        for record in records
    ]
    as_of = opening.dataset.folded_number
    body = json_text({"items": answers, "as_of": as_of})
    found = Found(records, body, as_of, disclosure, columns)
    # That there is none is said of a person, too.
    _note(opening, actor, call, found, sorted(disclosure.schema.key), asked)
    return found


def _open(dataset: Dataset, actor: Actor, call: Call) -> Opening:
    opening = open_for(dataset, actor, call)
    if not opening.dataset.is_queryable:
        raise NotQueryable("the provider has not opened it for look-ups; subscribe instead")
    return opening


def _columns(items: list[str] | None, disclosure: Disclosure) -> tuple[str, ...]:
    if not items:
        return disclosure.names
    return tuple(dict.fromkeys(only_granted(items, disclosure.shown, "items")))


def _wanted(where: dict[str, Any], dataset: Dataset, disclosure: Disclosure) -> dict[str, Any]:
    """What the items must equal, as values of their types."""
    keys = {*disclosure.schema.key, *dataset.lookup_items}
    if not where or not set(where) <= keys:
        raise Invalid.field("where", Text("name one or more of: {known}", known=sorted(keys)))
    only_granted(list(where), disclosure.shown, "where")
    only_plain(where, disclosure, "where")
    return {
        name: stored_value(disclosure.schema, name, value, f"where/{name}")
        for name, value in where.items()
    }


def _find(
    opening: Opening, finder: Finder, wanted: dict[str, Any], limit: int
) -> list[tuple[Any, ...]]:
    key = opening.plan.disclosure.schema.key
    if wanted.keys() == set(key) and None not in wanted.values():
        return find_key(opening.dataset, finder, tuple(wanted[name] for name in key))
    return find_records(
        opening.dataset, finder, lambda made, cursor: made.find(cursor, wanted, limit)
    )


def _key_places(disclosure: Disclosure) -> list[int]:
    return [disclosure.source_names.index(name) for name in disclosure.schema.key]


def _guarded(find: Any) -> list[tuple[Any, ...]]:
    try:
        rows: list[tuple[Any, ...]] = find()
        return rows
    except (Terminal, Transient) as fault:
        if fault.code == "value-refused":
            raise Invalid.field("where", "a value does not fit its item", fault.code) from fault
        raise faults.translate(fault) from fault


def _note(
    opening: Opening,
    actor: Actor,
    call: Call,
    found: Found,
    by: list[str],
    subjects: Sequence[tuple[Any, ...]],
) -> None:
    """Count, trail and ledger in one statement, with the clock that the first use stops."""
    grant = opening.grant
    rows = sum(record is not None for record in found.records)
    entry = audit.note(
        actor,
        "record.looked_up",
        opening.dataset,
        grant=str(grant.pk),
        edition=grant.edition,
        by=by,
        items=list(found.columns),
        rows=rows,
    )
    use = Use(
        channel=Channel.LOOKUP,
        dataset=opening.dataset,
        grant=grant,
        system_id=actor.id,  # type: ignore[arg-type]
        purpose=opening.purpose,
        call=call,
        credential_id=actor.credential_id,
        items=found.columns,
        rows=rows,
        digest=hashlib.sha256(found.body).hexdigest(),
        subjects=subject_digests(opening.dataset, subjects),
    )
    if not (opening.owes and rows):
        ledger.take_and_write(use, entry)
        return
    with transaction.atomic():
        meet_obligation("C5", grant, actor=actor)
        ledger.take_and_write(use, entry)
