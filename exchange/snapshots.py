"""Snapshots of a dataset's table: folded step by step, a few of them kept, made by one at a time.

A fold always gives the same bytes, so two workers that fold the same table waste time and no more;
the lease that keeps them apart therefore needs no token.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from exchange.dataplane import reading
from exchange.dataplane.schema import Schema
from exchange.errors import CursorExpired, StoreFailed
from exchange.models import Dataset, Snapshot
from exchange.storage import hold_blobs, limits, store, store_of
from kernel.failpoints import failpoint

KEPT_SNAPSHOTS = 2
# Of the older ones, one in so many batches stays: from it the history of a batch is folded.
RUNG_BATCHES = 200
RUNGS = 5
# So many batches are folded at once; a longer way is gone in steps, each of which is kept.
STEP_BATCHES = 200
# How long a reader waits for another's fold before it makes its own.
WAIT_SECONDS = 20.0


def latest(dataset: Dataset) -> Snapshot | None:
    """The youngest snapshot that is not known to be damaged."""
    return _sound(dataset).first()


def base_for(dataset: Dataset, number: int) -> Snapshot | None:
    """The youngest snapshot as of batch ``number`` or before it from which every batch is here."""
    return _sound(dataset).filter(number__lte=number, number__gte=dataset.first_number - 1).first()


def is_current(snapshot: Snapshot, dataset: Dataset) -> bool:
    """Whether it shows the last batch, in the schema that is in force."""
    return (snapshot.number, snapshot.schema_id) == (dataset.last_number, dataset.schema_id)


def fold_to(dataset: Dataset, number: int, until: float | None = None) -> Snapshot:
    """The table after batch ``number`` in the dataset's schema, from the nearest one before it.

    CursorExpired where retention removed a batch that it would need. Where the monotonic clock
    passes ``until`` it is the table of the last step before.
    """
    known = Dataset.objects.values_list("last_number", flat=True).get(pk=dataset.pk)
    base = base_for(dataset, number)
    while base is None or (base.number, base.schema_id) != (number, dataset.schema_id):
        base = _step(dataset, base, number, known)
        if until is not None and time.monotonic() >= until:
            break
    return base


def _step(dataset: Dataset, base: Snapshot | None, number: int, known: int) -> Snapshot:
    """One fold from the base towards batch ``number``; ``known`` was the last when it began."""
    after = base.number if base else 0
    if after < dataset.first_number - 1:
        raise CursorExpired("retention removed the batches that this table would be made from")
    until = min(number, after + STEP_BATCHES)
    batches = dataset.batches.filter(number__gt=after, number__lte=until, recalled_by=None)
    digests = batches.order_by("number").values_list("digest", flat=True)
    files = [store().path(digest) for digest in digests]
    source = store().path(base.digest) if base else None
    schema = Schema.from_json(dataset.schema.body)
    place = store_of(dataset.resource_id)
    with place.stage() as staged:
        rows = reading.fold(source, files, schema, staged, limits())
        failpoint("fold.after_write")
        blob = place.commit(staged)
    failpoint("fold.before_keep")
    with transaction.atomic():
        _require_none_recalled(dataset, until, known)
        return keep_snapshot(dataset, until, blob.digest, blob.size, rows)


def _require_none_recalled(dataset: Dataset, number: int, known: int) -> None:
    """StoreFailed if a batch up to ``number`` was recalled since ``known`` was the last one.

    Until the transaction ends none is, for a recall takes a number, too.
    """
    Dataset.objects.select_for_update(of=("self",)).only("pk").get(pk=dataset.pk)
    recalled = dataset.batches.filter(number__lte=number, recalled_by__number__gt=known)
    if recalled.exists():
        raise StoreFailed("a batch was recalled meanwhile", retry_after=1)


def keep_snapshot(dataset: Dataset, number: int, digest: str, size: int, rows: int) -> Snapshot:
    """Remember a folded table of the dataset's schema, and forget those that nobody needs."""
    with transaction.atomic():
        hold_blobs(digest)
        kept, _ = Snapshot.objects.get_or_create(
            dataset=dataset,
            number=number,
            schema=dataset.schema,
            defaults={"digest": digest, "size": size, "rows": rows},
        )
        _forget(dataset, kept)
    return kept


def _forget(dataset: Dataset, made: Snapshot) -> None:
    """Keep the youngest, the one before the oldest batch, and the rungs; damaged ones stay."""
    first = Dataset.objects.values_list("first_number", flat=True).get(pk=dataset.pk)
    rows = list(_sound(dataset).only("pk", "number"))
    young, old = rows[:KEPT_SNAPSHOTS], rows[KEPT_SNAPSHOTS:]
    anchor = next((row for row in rows if first > 1 and row.number < first), None)
    head = rows[0].number
    rungs = {_rung(row.number) for row in young}
    gone = []
    for row in old:
        rung = _rung(row.number)
        is_rung = (rung + 1) * RUNG_BATCHES <= head < (rung + 1 + RUNGS) * RUNG_BATCHES
        if row in (anchor, made) or (is_rung and rung not in rungs and row.number >= first - 1):
            rungs.add(rung)
        else:
            gone.append(row.pk)
    Snapshot.objects.filter(pk__in=gone).delete()


def _rung(number: int) -> int:
    return (number - 1) // RUNG_BATCHES


def _sound(dataset: Dataset) -> QuerySet[Snapshot]:
    rows = dataset.snapshots.filter(damaged_at=None)
    return rows.order_by("-number", "-created_at")


@contextmanager
def folding(dataset: Dataset, wait: float = WAIT_SECONDS) -> Iterator[bool]:
    """Fold within the block: whether the table is ours, after at most ``wait`` seconds.

    A dead or paused worker renews nothing, so its table is free when the lease is over.
    """
    end = time.monotonic() + wait
    while not (taken := _take(dataset)) and time.monotonic() < end:
        time.sleep(0.1)
    if not taken:
        yield False
        return
    over = threading.Event()
    keeper = threading.Thread(target=_renew, args=(dataset, over), daemon=True)
    keeper.start()
    try:
        yield True
    finally:
        over.set()
        keeper.join()
        Dataset.objects.filter(pk=dataset.pk).update(fold_until=None)


def _take(dataset: Dataset) -> bool:
    free = Q(fold_until=None) | Q(fold_until__lt=Now())
    return bool(Dataset.objects.filter(free, pk=dataset.pk).update(fold_until=_lease()))


def _renew(dataset: Dataset, over: threading.Event) -> None:
    try:
        while not over.wait(settings.LEASE_SECONDS / 3):
            Dataset.objects.filter(pk=dataset.pk).update(fold_until=_lease())
    except DatabaseError:
        # The lease runs out; whoever folds then makes the same bytes.
        return
    finally:
        connection.close()


def _lease() -> Any:
    return Now() + timedelta(seconds=settings.LEASE_SECONDS)
