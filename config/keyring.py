"""What is sealed with which master key: every sealed column of every row, and graded bytes.

A column is sealed if it is text and its name begins with ``sealed``; nothing else is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, TextField

from accounts.actions.resealing import reseal_values
from accounts.actor import CLOCK
from exchange.dataplane.errors import DataplaneError
from exchange.dataplane.sealed import is_sealed
from exchange.models import Batch, Snapshot
from exchange.storage import store
from kernel.sealing import Unsealable, is_newest, key_of, seal, unseal

_ROUND = 500


@dataclass
class Held:
    """How many values of which column each key seals; the empty key: none that is known."""

    by_key: dict[str, Counter[str]] = field(default_factory=dict)
    # Values that no key of this environment opens, by column, with the keys that they need.
    closed: dict[str, set[str]] = field(default_factory=dict)
    # Values that ``rotate`` would seal anew.
    outdated: int = 0
    # Of graded data: files that lie sealed, and those that the next scrub will seal.
    files_sealed: int = 0
    files_plain: int = 0


def sealed_columns() -> Iterator[tuple[type[Model], str]]:
    """Every model with each of its sealed columns."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if isinstance(column, TextField) and column.name.startswith("sealed"):
                yield model, column.name


def look(*, files: bool = True) -> Held:
    """What every key seals now. Each value is opened once, so that damage shows, too."""
    held = Held()
    for model, column in sealed_columns():
        name = f"{model._meta.label}.{column}"
        for _, sealed in _values(model, column):
            key = key_of(sealed)
            held.by_key.setdefault(key, Counter())[name] += 1
            held.outdated += not is_newest(sealed)
            if not _opens(sealed):
                held.closed.setdefault(name, set()).add(key)
    for digest in _graded() if files else ():
        try:
            sealed_there = is_sealed(store().file(digest))
        except DataplaneError:
            continue  # doctor --deep names what is missing
        held.files_sealed += sealed_there
        held.files_plain += not sealed_there
    return held


def rotate() -> tuple[int, int]:
    """Seal everything anew that is not sealed with the first key and the cipher chosen.

    How many values were, and how many could not be opened and stay. Bytes of data are not written
    again: only the keys that seal them are. A value that changes meanwhile is the newest anyhow.
    """
    done = closed = 0
    for model, column in sealed_columns():
        waiting: list[tuple[Any, str, str]] = []
        for pk, old in _values(model, column):
            if is_newest(old):
                continue
            try:
                waiting.append((pk, old, seal(unseal(old))))
            except Unsealable:
                closed += 1
            if len(waiting) >= _ROUND:
                done += reseal_values(model, actor=CLOCK, column=column, values=waiting)
                waiting = []
        done += reseal_values(model, actor=CLOCK, column=column, values=waiting)
    return done, closed


def _values(model: type[Model], column: str) -> Iterator[tuple[Any, str]]:
    rows = model._base_manager.exclude(**{column: ""}).order_by("pk")
    return rows.values_list("pk", column).iterator(_ROUND)


def _opens(sealed: str) -> bool:
    try:
        unseal(sealed)
    except Unsealable:
        return False
    return True


def _graded() -> set[str]:
    """Digests of bytes that are to lie sealed."""
    where = {"dataset__resource__published__data_grade__in": settings.SEALED_GRADES}
    batches = Batch.objects.filter(expired_at=None, **where)
    found = {*batches.values_list("digest", flat=True)}
    found.update(batches.exclude(rejects_digest="").values_list("rejects_digest", flat=True))
    found.update(Snapshot.objects.filter(**where).values_list("digest", flat=True))
    return found
