"""The rows of a batch that were set aside, for those who sent them."""

from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults
from exchange.dataplane.parquet_files import write_rows
from exchange.dataplane.rejects import write_rejects
from exchange.dataplane.schema import Schema
from exchange.dataplane.screening import rejects_schema
from exchange.models import Batch
from exchange.reveals import is_revealed, personal_columns
from exchange.rights import require_publisher
from exchange.storage import limits, store
from kernel.errors import Gone


def read_rejects(batch: Batch, *, actor: Actor, format: str) -> BinaryIO:
    """The quarantined rows as an open file in csv, ndjson or xlsx, values in full.

    For who may publish the dataset alone: it is their own data. People see personal items starred
    until the values of the dataset are revealed. Without a row where none was set aside, Gone where
    retention removed them.
    """
    require(actor, Perm.BATCH_PUBLISH, batch.dataset.department_id)
    require_publisher(batch.dataset, actor)
    if batch.expired_at:
        raise Gone("retention has removed them")
    # The file outlives its folder as long as it is open.
    with store().workspace() as work:
        out = work / "rejects"
        rows = faults.guarded(
            lambda: write_rejects(
                _source(batch, work), format, out, limits(), _hidden(batch, actor)
            )
        )
        file = out.open("rb")
    with transaction.atomic():
        audit.record(
            actor, "batch.rejects_read", batch, number=batch.number, rows=rows, format=format
        )
    return file


def _hidden(batch: Batch, actor: Actor) -> set[str]:
    dataset = batch.dataset
    return set() if is_revealed(dataset, actor) else personal_columns(dataset.resource)


def _source(batch: Batch, work: Path) -> Path:
    if batch.rejects_digest:
        return store().path(batch.rejects_digest)
    schema = Schema.from_json(batch.schema.body)
    write_rows(work / "none", rejects_schema(schema, ops=False), [], limits())
    return work / "none"
