"""What a publication would do: everything is checked, nothing is stored or numbered."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults
from exchange.actions.batches import Body
from exchange.bodies import require_takes
from exchange.dataplane import publication, reading
from exchange.dataplane.errors import Refused
from exchange.dataplane.limits import OnReject, Policy
from exchange.dataplane.parquet_files import write_rows
from exchange.dataplane.publication import Prepared
from exchange.dataplane.rehearsal import Rehearsal, effect_of
from exchange.dataplane.rejects import write_rejects
from exchange.dataplane.screening import rejects_schema
from exchange.models import Dataset
from exchange.rights import require_publisher
from exchange.snapshots import base_for
from exchange.storage import limits, store
from exchange.tables import batch_file, current_schema


@dataclass(frozen=True)
class Rehearsed:
    """``published``, ``unchanged`` or ``refused``, and for what reason; with counts and errors."""

    outcome: str
    prepared: Prepared
    reason: str = ""


def rehearse_batch(dataset: Dataset, *, actor: Actor, body: Body) -> Rehearsed:
    """The outcome that the publication would have now; not even the trail says that it was asked.

    A body that cannot be read is refused as it would be then.
    """
    require(actor, Perm.BATCH_PUBLISH, dataset.department_id)
    require_publisher(dataset, actor)
    require_takes(dataset, body.kind)
    with store().workspace() as work:
        return faults.guarded(lambda: _rehearse(dataset, body, work))


def rehearse_rejects(dataset: Dataset, *, actor: Actor, body: Body, format: str) -> BinaryIO:
    """The rows that a publication would reject, as an open file in csv, ndjson or xlsx, in full.

    For who may publish alone: it is what they are about to send. Without a row where all are right.
    """
    require(actor, Perm.BATCH_PUBLISH, dataset.department_id)
    require_publisher(dataset, actor)
    require_takes(dataset, body.kind)
    with store().workspace() as work:
        return faults.guarded(lambda: _rejected(dataset, body, format, work))


def _rejected(dataset: Dataset, body: Body, format: str, work: Path) -> BinaryIO:
    schema = current_schema(dataset)
    prepared = publication.prepare(
        body.path,
        kind=body.kind,
        format=body.format,
        encoding=body.encoding,
        schema=schema,
        store=Rehearsal(store().root, work),
        limits=body.limits,
        policy=Policy("quarantine", 1.0),
    )
    source = work / (prepared.rejects.digest if prepared.rejects else "none")
    if prepared.rejects is None:
        write_rows(source, rejects_schema(schema, ops=False), [], limits())
    out = work / "rejects"
    write_rejects(source, format, out, limits())
    # The file outlives its folder as long as it is open.
    return out.open("rb")


def _rehearse(dataset: Dataset, body: Body, work: Path) -> Rehearsed:
    schema, is_table = current_schema(dataset), body.kind != "append"
    head = _head(dataset, work) if is_table else None
    try:
        prepared = publication.prepare(
            body.path,
            kind=body.kind,
            format=body.format,
            encoding=body.encoding,
            schema=schema,
            base=head if body.kind == "snapshot" else None,
            store=Rehearsal(store().root, work),
            limits=body.limits,
            policy=Policy(cast(OnReject, dataset.on_reject), dataset.max_rejected_percent / 100),
        )
    except Refused as refused:
        return Rehearsed("refused", _counted(refused), refused.code)
    if body.kind == "changes" and prepared.blob:
        found = effect_of(work / prepared.blob.digest, head, schema, work, limits())
        prepared = replace(
            prepared, inserted=found.inserted, updated=found.updated, deleted=found.deleted
        )
    return Rehearsed("published" if prepared.blob else "unchanged", prepared)


def _counted(refused: Refused) -> Prepared:
    return Prepared(
        refused.received,
        refused.accepted,
        refused.rejected,
        errors=refused.errors,
        counts=refused.counts,
    )


def _head(dataset: Dataset, work: Path) -> Path | None:
    """The table after the last batch: a snapshot that is kept, or one folded for this alone."""
    dataset.refresh_from_db(fields=["first_number", "last_number", "schema"])
    base = base_for(dataset, dataset.last_number)
    after = base.number if base else 0
    batches = dataset.batches.filter(number__gt=after, number__lte=dataset.last_number)
    files = [batch_file(each) for each in batches.filter(recalled_by=None).order_by("number")]
    source = store().path(base.digest) if base else None
    if not files and (base is None or base.schema_id == dataset.schema_id):
        return source
    reading.fold(source, files, current_schema(dataset), work / "head", limits())
    return work / "head"
