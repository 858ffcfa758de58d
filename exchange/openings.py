"""What a look-up must know before it may ask: dataset, grants, catalogue and counts, read at once.

Everything is the database's of this moment, in one statement; what is computed from it, as how to
mask, is kept under exactly the values that it was computed from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

from accounts.actions.obligations import RUNNING
from accounts.actor import Actor
from catalog.items import SHARED_COLUMNS
from catalog.vocabulary import ShareMode
from exchange import quotas
from exchange.calls import Call
from exchange.dataplane.connectors.postgres_lookup import TIME_LIMIT, Finder
from exchange.dataplane.connectors.postgres_tables import Table
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.few_rows import Shower
from exchange.dataplane.schema import Schema
from exchange.errors import GrantEnded, NotGranted
from exchange.models import Dataset, Grant, SchemaVersion
from exchange.rights import best_grant, disclosure_under, require_call
from exchange.tables import STATE_SCHEMA, state_name
from kernel.days import today
from kernel.errors import NotFound
from kernel.prepared import Prepared, Texts, prepared
from kernel.together import shared


def _run(cursor: Any, query: str, values: Mapping[str, Any]) -> None:
    """Runs what finders ask."""
    prepared(query, TIME_LIMIT).execute(cursor, values)


def _columns(model: type[Model], *names: str) -> tuple[str, ...]:
    """These columns in the model's order, in which it takes them from the database."""
    return tuple(f.attname for f in model._meta.concrete_fields if f.attname in names)


_DATASET = _columns(
    Dataset,
    *("id", "department_id", "resource_id", "is_queryable", "lookup_items", "schema_id"),
    *("epoch", "folded_number", "recalled_number", "sealed_subject_key"),
)
_GRANT = _columns(
    Grant,
    *("id", "created_at", "resource_id", "department_id", "provider_id", "system_id", "systems"),
    *("state", "ends_on", "edition", "modes", "purposes", "networks", "items", "verify_items"),
    *("masks", "condition", "sealed_salt", "calls_per_day", "rows_per_day"),
)
_MASKS = _GRANT.index("masks")
# Before the grant's own columns stand what is shared, the day's calls and rows, and the clock.
_SIZE = len(_DATASET)
_GRANTS = _SIZE + 4
_QUERY = f"""
    SELECT {", ".join(f"d.{name}" for name in _DATASET)},
           {SHARED_COLUMNS.format(resource="d.resource_id")},
           coalesce(t.calls, 0), coalesce(t.rows, 0), {RUNNING.format(kind="'C5'", subject="g.id")},
           {", ".join(f"g.{name}" for name in _GRANT)}, g.id
      FROM exchange_dataset d
      LEFT JOIN exchange_grant g ON g.resource_id = d.resource_id
           AND (g.system_id = %(system)s OR g.systems @> ARRAY[%(system)s]::uuid[])
      LEFT JOIN exchange_grantday t ON t.grant_id = g.id AND t.day = %(day)s
     WHERE d.id = %(dataset)s
     ORDER BY g.created_at DESC
"""  # noqa: S608 - names of columns alone; values are bound
_ASKED = {"dataset": "uuid", "system": "uuid", "day": "date"}
_OPENING = Prepared(_QUERY, _ASKED)
_KEPT = 1000


@dataclass(frozen=True)
class Plan:
    """How records are found and shown under terms; good for as long as these are the terms."""

    disclosure: Disclosure
    shared: frozenset[str]
    _table: Table
    _finders: dict[tuple[str, ...], Finder] = field(default_factory=dict)
    _showers: dict[tuple[str, ...], Shower] = field(default_factory=dict)

    def finder(self, columns: tuple[str, ...]) -> Finder:
        """Finds rows that the condition shows, with these items as they are stored."""
        if columns not in self._finders:
            condition = self.disclosure.condition
            self._finders[columns] = Finder(self._table, columns, condition, _run)
        return self._finders[columns]

    def shower(self, columns: tuple[str, ...]) -> Shower:
        """Shows, of rows of the disclosure's ``source_names``, these items."""
        if columns not in self._showers:
            self._showers[columns] = Shower(self.disclosure, columns)
        return self._showers[columns]


@dataclass(frozen=True)
class Opening:
    """The dataset, the grant that opens it to this call, and how; checked to the last word but
    for what is asked. ``owes`` says that the grant's first use stops a clock (C5)."""

    dataset: Dataset
    grant: Grant
    purpose: str
    plan: Plan
    owes: bool


def open_for(dataset: Dataset, actor: Actor, call: Call) -> Opening:
    """What opens the dataset to this call of a system.

    NotFound where the actor may not even know of the dataset, NotGranted and the refusals of
    ``exchange.rights`` where no grant opens it, QuotaExceeded where the day's count is used up.
    """
    row, held = _read(dataset, actor)
    grant = best_grant([each.grant for each in held], call)
    purpose = require_call(grant, actor=actor, call=call, mode=ShareMode.INTERFACE)
    found = next(each for each in held if each.grant is grant)
    plan = _plan(found.texts, found.shared, row.schema_id)
    quotas.require_beyond(grant, found.calls, found.rows)
    return Opening(row, grant, purpose, plan, found.owes)


@dataclass(frozen=True)
class _Held:
    """A grant that names the system, with the texts of its row; ``shared`` is that of the items
    that the catalogue shares, ``calls`` and ``rows`` are the day's."""

    grant: Grant
    texts: Texts
    shared: str | None
    calls: int
    rows: int
    owes: bool


def _read(dataset: Dataset, actor: Actor) -> tuple[Dataset, list[_Held]]:
    found = _lines((str(dataset.pk), str(actor.id), today()))
    held = [_held(line) for line in found if line[-1] is not None]
    own = any(each.grant.department_id == actor.department_id for each in held)
    if not own and not _may_know(dataset.pk, actor):
        raise NotFound()
    if not held:
        raise NotGranted("ask the provider for a grant that names this system")
    return _dataset(found[0][:_SIZE]), held


@shared
def _lines(key: tuple[str, str, date]) -> list[Texts]:
    """The dataset beside each grant that names the system, with what was used up that day."""
    with connection.cursor() as cursor:
        return _OPENING.texts(cursor, dict(zip(_ASKED, key, strict=True)))


def _held(line: Texts) -> _Held:
    shared, calls, rows, owes = line[_SIZE:_GRANTS]
    texts = line[_GRANTS:]
    return _Held(_grant(texts), texts, shared, int(calls or 0), int(rows or 0), owes == "t")


@lru_cache(maxsize=_KEPT)
def _dataset(texts: Texts) -> Dataset:
    """The row of these texts; nobody changes it."""
    return Dataset.from_db("default", _DATASET, _OPENING.cast(texts))


@lru_cache(maxsize=_KEPT)
def _grant(texts: Texts) -> Grant:
    """The row of these texts; nobody changes it."""
    *values, _ = _OPENING.cast(texts, _GRANTS)
    values[_MASKS] = json.loads(values[_MASKS])
    return Grant.from_db("default", _GRANT, values)


def _may_know(dataset_id: UUID, actor: Actor) -> bool:
    seen: bool = Dataset.objects.readable_by(actor).filter(pk=dataset_id).exists()
    return seen


@lru_cache(maxsize=_KEPT)
def _plan(grant: Texts, shared: str | None, schema: UUID) -> Plan:
    """What follows from the row of a grant, the items that are shared, and a schema."""
    terms = _grant(grant)
    if shared is None:
        raise GrantEnded("the resource was withdrawn from the catalogue", grant=str(terms.pk))
    names = frozenset(_OPENING.cast((shared,), _SIZE)[0])
    # Versions of a schema are never changed.
    version = SchemaVersion.objects.get(pk=schema)
    stored = Schema.from_json(version.body)
    disclosure = disclosure_under(terms, stored, set(names))
    return Plan(disclosure, names, Table(STATE_SCHEMA, state_name(version.dataset_id), stored))
