"""Single records by key or by an item that the provider opened for it (查询).

A call is three statements: what opens the data, the records, and one that counts, notes in the
trail and writes the ledger, before the answer goes out. Calls of one system that come side by side
share the first, and those for one whole key each all three.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pyarrow as pa
from django.db import DataError, IntegrityError, connection, transaction

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
from exchange.ledger import Line, Use, subject_digests
from exchange.models import Dataset
from exchange.openings import Opening, open_for
from exchange.rights import only_granted, only_plain
from exchange.tables import find_records
from exchange.values import key_values, stored_value
from exchange.vocabulary import Channel
from kernel.errors import DomainError, Invalid
from kernel.requests import current_request_id
from kernel.texts import Text
from kernel.together import Coming, Together

LOOKUP_LIMIT = 100
MOST_KEYS = 1000
Row = tuple[Any, ...]


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


class _Caller(NamedTuple):
    """Who asks, as trail and ledger tell it."""

    actor: Actor
    call: Call
    request_id: str


class _Asked(NamedTuple):
    """A call for records, as it came."""

    dataset: Dataset
    caller: _Caller
    where: dict[str, Any]
    items: list[str] | None
    limit: int


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
    caller = _Caller(actor, call, current_request_id())
    asked = _Asked(dataset, caller, where, items, limit)
    if connection.in_atomic_block:
        return _answer(_open(dataset, actor, call), asked)
    told = _TOGETHER.ask((dataset.pk, actor, call.purpose), asked)
    return told if isinstance(told, Found) else _answer(told, asked)


def _answer(opening: Opening, asked: _Asked) -> Found:
    wanted = _wanted(asked.where, opening)
    columns = _columns(asked.items, opening.plan.disclosure)
    stored = _find(opening, lambda made, cursor: made.find(cursor, wanted, asked.limit))
    found, line = _shown(opening, asked, columns, stored)
    _write(opening, asked.caller.actor, line)
    return found


def _answer_all(party: Sequence[_Asked]) -> Sequence[Found | Opening]:
    """What each of one system is told that asks one dataset for one whole key.

    Who asks for anything else, or would be refused, is told what opens the data, and asks on.
    """
    dataset, caller, *_ = party[0]
    opening = _open(dataset, caller.actor, caller.call)
    looks = [_one_key(opening, asked) for asked in party]
    keys = [look.key for look in looks if look]
    alone = [opening] * len(party)
    if opening.owes or not keys:
        return alone
    found: list[list[Row]] = [[] for _ in keys]
    try:
        for place, *row in _find(opening, lambda made, cursor: made.find_keys(cursor, keys)):
            found[place - 1].append(tuple(row))
    except Invalid:
        return alone
    rest = iter(found)
    shown = [
        _shown(opening, asked, look.columns, next(rest)) if look else None
        for asked, look in zip(party, looks, strict=True)
    ]
    try:
        written = ledger.take_and_write_all([line for _, line in filter(None, shown)])
    except (DataError, IntegrityError):
        return alone
    return [each[0] if each else opening for each in shown] if written else alone


# Look-ups from where they come in; a few thousandths of a second, where a call takes ten.
LOOKUPS = Coming(patience=0.003)
_TOGETHER = Together[_Asked, Found | Opening](_answer_all, LOOKUPS)


class _OneKey(NamedTuple):
    """A whole key, of which these columns are wanted."""

    key: Row
    columns: tuple[str, ...]


def _one_key(opening: Opening, asked: _Asked) -> _OneKey | None:
    disclosure = opening.plan.disclosure
    key = disclosure.schema.key
    if asked.where.keys() != set(key) or None in asked.where.values():
        return None
    try:
        wanted = _wanted(asked.where, opening)
        return _OneKey(tuple(wanted[name] for name in key), _columns(asked.items, disclosure))
    except DomainError:
        return None


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
    # It is done alone: nobody need wait for it.
    LOOKUPS.is_there()
    require(actor, Perm.RECORD_LOOKUP)
    opening = _open(dataset, actor, call)
    disclosure = opening.plan.disclosure
    if not 1 <= len(keys) <= MOST_KEYS:
        raise Invalid.field("keys", Text("name 1 to {most} keys", most=MOST_KEYS))
    only_plain(disclosure.schema.key, disclosure, "keys")
    asked = [key_values(disclosure.schema, key, f"keys/{place}") for place, key in enumerate(keys)]
    columns = _columns(items, disclosure)
    stored = _find(opening, lambda made, cursor: made.find_keys(cursor, asked))
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
    caller = _Caller(actor, call, current_request_id())
    # That there is none is said of a person, too.
    _write(opening, actor, _line(opening, caller, found, disclosure.schema.key, asked))
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


def _wanted(where: dict[str, Any], opening: Opening) -> dict[str, Any]:
    """What the items must equal, as values of their types."""
    disclosure = opening.plan.disclosure
    known = {*disclosure.schema.key, *opening.dataset.lookup_items}
    if not where or not set(where) <= known:
        raise Invalid.field("where", Text("name one or more of: {known}", known=sorted(known)))
    only_granted(list(where), disclosure.shown, "where")
    only_plain(where, disclosure, "where")
    return {
        name: stored_value(disclosure.schema, name, value, f"where/{name}")
        for name, value in where.items()
    }


def _find(opening: Opening, find: Callable[[Finder, Any], list[Row]]) -> list[Row]:
    """The rows that ``find`` finds, with every item that the disclosure reads."""
    finder = opening.plan.finder(opening.plan.disclosure.source_names)
    try:
        return find_records(opening.dataset, finder, find)
    except (Terminal, Transient) as fault:
        if fault.code == "value-refused":
            raise Invalid.field("where", "a value does not fit its item", fault.code) from fault
        raise faults.translate(fault) from fault


def _shown(
    opening: Opening, asked: _Asked, columns: tuple[str, ...], stored: Sequence[Row]
) -> tuple[Found, Line]:
    """The rows as they go out, and what is written of it."""
    disclosure = opening.plan.disclosure
    shown = opening.plan.shower(columns).show(stored)
    as_of = opening.dataset.folded_number
    body = json_text({"items": shown, "as_of": as_of})
    found = Found(list(shown), body, as_of, disclosure, columns)
    places = [disclosure.source_names.index(name) for name in disclosure.schema.key]
    keys = [tuple(row[at] for at in places) for row in stored] if places else []
    return found, _line(opening, asked.caller, found, asked.where, keys)


def _line(
    opening: Opening, caller: _Caller, found: Found, by: Iterable[str], subjects: Sequence[Row]
) -> Line:
    """What trail and ledger say of it."""
    actor, call, request_id = caller
    grant = opening.grant
    rows = sum(record is not None for record in found.records)
    entry = audit.note(
        actor,
        "record.looked_up",
        opening.dataset,
        request_id=request_id,
        grant=str(grant.pk),
        edition=grant.edition,
        by=sorted(by),
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
    return use, entry


def _write(opening: Opening, actor: Actor, line: Line) -> None:
    """Count, trail and ledger in one statement, with the clock that the first use stops."""
    use, entry = line
    meets = opening.owes and use.rows
    with transaction.atomic() if meets else nullcontext():
        if meets:
            meet_obligation("C5", opening.grant, actor=actor)
        ledger.take_and_write(use, entry)
