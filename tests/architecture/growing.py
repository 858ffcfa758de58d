"""More rows of everything that is there: what a page's number of queries must not depend on."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from kernel.models import uuid7

APPS = ("accounts", "catalog", "exchange")
# What a platform has one of, or what is sealed and counted by itself.
SINGLE = {
    *("accounts.evidenceblock", "accounts.checkpointplace", "accounts.calendarday"),
    *("accounts.calendaryear", "accounts.ruleset", "accounts.sessiontoken"),
}
_NUMBERS = count(1000)


class Herd:
    """The rows of the apps as they are now; each call of ``grow`` adds as many again, twice."""

    def __init__(self) -> None:
        self.rows = {model: list(model._base_manager.order_by("pk")) for model in _models()}

    def grow(self) -> None:
        """Beside each row another one of the same parents, and a copy of the whole with parents
        of its own."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        known: dict[tuple[type[models.Model], Any], Any] = {}
        waiting = [row for rows in self.rows.values() for row in rows]
        copies = {
            (type(row), row.pk): _fresh(row, uuid7()) for row in waiting if not _is_numbered(row)
        }
        for key, made in copies.items():
            known[key] = made.pk
        for made in copies.values():
            _lead(made, known)
        _put(_ordered(copies.values()))
        _put(_fresh(row) for row in _ordered(waiting))


def _models() -> Iterator[type[models.Model]]:
    for app in APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if model._meta.label_lower not in SINGLE:
                yield model


def _is_numbered(row: models.Model) -> bool:
    return isinstance(row._meta.pk, models.AutoField)


def _fresh(row: models.Model, pk: Any = None) -> models.Model:
    """A copy that differs in what must be one's own."""
    made = copy.copy(row)
    made._state = copy.copy(row._state)
    made._state.fields_cache = {}
    made._state.adding = True
    if not row._meta.pk.is_relation:
        made.pk = None if _is_numbered(row) else pk or uuid7()
    own = {name for names in _unique(type(row)) for name in names}
    for field in row._meta.concrete_fields:
        if field.name in own and not field.is_relation:
            _differ(made, field)
    return made


def _unique(model: type[models.Model]) -> Iterator[Iterable[str]]:
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield (field.name,)
    for one in model._meta.constraints:
        if isinstance(one, models.UniqueConstraint):
            yield one.fields or [str(name) for name in _words(one)]


def _words(one: models.UniqueConstraint) -> Iterator[str]:
    for expression in one.expressions:
        yield from (leaf.name for leaf in expression.flatten() if isinstance(leaf, models.F))


def _differ(made: models.Model, field: models.Field[Any, Any]) -> None:
    """Another number, another ending; choices, dates and flags stay."""
    value, number = getattr(made, field.attname), next(_NUMBERS)
    if isinstance(field, models.IntegerField) and value is not None:
        setattr(made, field.attname, value + number)
    elif isinstance(field, models.CharField | models.TextField) and value and not field.choices:
        most = field.max_length or 200
        setattr(made, field.attname, f"{value}{number}"[-most:])


def _lead(made: models.Model, known: dict[tuple[type[models.Model], Any], Any]) -> None:
    """Let the copy point to the copies of what its model points to."""
    for field in made._meta.concrete_fields:
        if field.is_relation and field.related_model:
            pointed = known.get((field.related_model, getattr(made, field.attname)))
            if pointed:
                setattr(made, field.attname, pointed)


def _ordered(rows: Iterable[models.Model]) -> list[models.Model]:
    order = {model: place for place, model in enumerate(_models())}
    return sorted(rows, key=lambda row: order[type(row)])


def _put(rows: Iterable[models.Model]) -> None:
    """Write those that may stand beside what there is; a second only child may not."""
    for row in rows:
        try:
            with transaction.atomic():
                type(row)._base_manager.bulk_create([row])
        except IntegrityError:
            continue
