"""Taking back a batch that should never have been published.

The batch stays in the log as evidence and is given to nobody any more. A compensating batch gives
each key that it was the last to change its row before, or deletes it; what later batches did stays.
"""

from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import notify_department
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults
from exchange.actions.tellings import OFFICE
from exchange.dataplane import recalling
from exchange.dataplane.difference import Counted
from exchange.dataplane.recalling import Removed
from exchange.dataplane.schema import Schema
from exchange.dataplane.store import BlobRef
from exchange.errors import AlreadyRecalled, BaseMoved, NotRecallable
from exchange.models import Batch, Dataset, Subscription
from exchange.numbers import take_number
from exchange.recalls import departments_with, forget_projections
from exchange.snapshots import base_for
from exchange.storage import hold_blobs, limits, store, store_of
from exchange.tables import batch_file, current_schema, keep_snapshot
from kernel.failpoints import failpoint
from kernel.jobs import wake
from kernel.texts import Text

# The titles of the notices, which their verbs give: named here to be translated.
TITLES = (gettext_noop("Batch recalled"),)
TRIES = 3


@dataclass(frozen=True)
class _Plan:
    """The table without the batch, the changes that lead there, and what they take back."""

    gone: list[Batch]
    changes: BlobRef
    counted: Counted
    table: BlobRef
    table_rows: int

    @property
    def rows(self) -> int:
        return self.counted.inserted + self.counted.updated + self.counted.deleted


def recall_batch(batch: Batch, *, actor: Actor, reason: str) -> Batch:
    """Take a batch back; the compensating batch, which is the next of the log.

    From the commit on no reader is given the batch, and each department that has it gets one
    notice. AlreadyRecalled, or NotRecallable for a recall and for what retention removed.
    """
    require(actor, Perm.BATCH_RECALL, batch.dataset.department_id)
    for _ in range(TRIES):
        # The order counts: what is recalled after this moment moves the number.
        dataset = Dataset.objects.select_related("schema", "resource").get(pk=batch.dataset_id)
        batch.refresh_from_db(fields=["recalled_by", "expired_at"])
        _check(batch)
        plan = faults.guarded(partial(_plan, dataset, batch))
        failpoint("recall.prepared")
        try:
            made = _commit(dataset, actor, batch, plan, reason)
        except BaseMoved:
            continue
        failpoint("recall.after_commit")
        return made
    raise BaseMoved(retry_after=1)


def _check(batch: Batch) -> None:
    if batch.kind == Batch.Kind.RECALL:
        raise NotRecallable("it is a recall itself; publish the right records again")
    if batch.recalled_by is not None:
        raise AlreadyRecalled(
            Text("batch {number} undid it", number=batch.recalled_by.number), by=_number(batch)
        )
    if batch.expired_at:
        raise NotRecallable("retention has removed its bytes")


def _number(batch: Batch) -> int | None:
    return batch.recalled_by.number if batch.recalled_by else None


def _plan(dataset: Dataset, batch: Batch) -> _Plan:
    base = base_for(dataset, batch.number - 1)
    after = base.number if base else 0
    if after < dataset.first_number - 1:
        raise NotRecallable("retention has removed the batches before it and their table")
    schema = current_schema(dataset)
    gone = [batch, *_replaced(batch, schema)]
    stay = dataset.batches.filter(number__gt=after, recalled_by=None).exclude(pk=batch.pk)
    live = list(stay.exclude(kind=Batch.Kind.RECALL).order_by("number"))
    removed = [
        Removed(batch_file(each), tuple(batch_file(b) for b in live if b.number > each.number))
        for each in gone
    ]
    place = store_of(dataset.resource_id)
    with place.stage() as whole, place.stage() as changes:
        source = store().path(base.digest) if base else None
        files = [batch_file(each) for each in live]
        rows = recalling.table_without(source, files, schema, whole, limits())
        counted = recalling.compensate(removed, whole, schema, changes, limits())
        return _Plan(gone, place.commit(changes), counted, place.commit(whole), rows)


def _replaced(batch: Batch, schema: Schema) -> list[Batch]:
    """Older recalls that gave rows of this batch again: nobody may be given those either."""
    later = batch.dataset.batches.filter(number__gt=batch.number, recalled_by=None)
    recalled, bounds = batch_file(batch), limits()
    with store().workspace() as work:
        return [
            each
            for each in later.filter(kind=Batch.Kind.RECALL).order_by("number")
            if recalling.restores_from(batch_file(each), recalled, schema, work, bounds)
        ]


@transaction.atomic
def _commit(dataset: Dataset, actor: Actor, batch: Batch, plan: _Plan, reason: str) -> Batch:
    hold_blobs(plan.changes.digest, plan.table.digest)
    number, last_seq = take_number(dataset, plan.rows, dataset.last_number, closed_too=True)
    made = _batch(dataset, actor, plan, number, last_seq, reason)
    made.save(force_insert=True)
    now = timezone.now()
    Batch.objects.filter(pk__in=[each.pk for each in plan.gone]).update(
        recalled_by=made, version=F("version") + 1, updated_at=now
    )
    Batch.objects.filter(pk=batch.pk).update(recall_reason=reason)
    Dataset.objects.filter(pk=dataset.pk).update(recalled_number=number)
    dataset.snapshots.filter(number__gte=batch.number).delete()
    keep_snapshot(dataset, number, plan.table.digest, plan.table.size, plan.table_rows)
    if dataset.kind == Dataset.Kind.EVENTS:
        _reload_sinks(dataset, batch)
    told = _tell(batch, made, actor, reason)
    audit.record(
        actor,
        "batch.recalled",
        batch,
        number=batch.number,
        by=made.number,
        reason=reason,
        digest=batch.digest,
        rows=plan.rows,
        replaced=[each.number for each in plan.gone[1:]],
        departments=told,
    )
    failpoint("recall.before_commit")
    transaction.on_commit(lambda: forget_projections(dataset, batch.number))
    wake("exchange.deliver_due")
    if dataset.is_queryable:
        wake("exchange.fold_due")
    batch.refresh_from_db()
    return made


def _batch(
    dataset: Dataset, actor: Actor, plan: _Plan, number: int, last_seq: int, reason: str
) -> Batch:
    return Batch(
        dataset=dataset,
        number=number,
        kind=Batch.Kind.RECALL,
        schema=dataset.schema,
        publisher_id=actor.id or dataset.system_id,
        first_seq=last_seq - plan.rows + 1,
        last_seq=last_seq,
        received=plan.rows,
        accepted=plan.rows,
        rejected=0,
        inserted=plan.counted.inserted,
        updated=plan.counted.updated,
        deleted=plan.counted.deleted,
        digest=plan.changes.digest,
        size=plan.changes.size,
        body_digest=plan.changes.digest,
        recall_reason=reason,
    )


def _reload_sinks(dataset: Dataset, batch: Batch) -> None:
    """Events have no key to delete them by, so a database that has them is loaded anew."""
    lanes = Subscription.objects.filter(dataset=dataset, mode=Subscription.Mode.SINK)
    lanes.filter(position__gte=batch.number).update(reload=True, version=F("version") + 1)


def _tell(batch: Batch, made: Batch, actor: Actor, reason: str) -> list[str]:
    """One notice to each department that has the batch; which they are."""
    receivers = departments_with(batch)
    for department, systems in receivers.items():
        notify_department(
            made,
            actor=actor,
            department_id=department,
            roles=OFFICE,
            verb="batch.recalled",
            reason=gettext_noop(
                "A batch that your department received was taken back by its provider."
            ),
            resource=str(batch.dataset.resource),
            dataset=str(batch.dataset_id),
            number=batch.number,
            by=made.number,
            why=reason,
            systems=[str(system) for system in systems],
        )
    return [str(department) for department in receivers]
