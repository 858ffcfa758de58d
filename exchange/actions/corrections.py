"""Correcting records to which somebody objects: a batch that every subscriber receives."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults
from exchange.actions.batches import Body, publish_batch
from exchange.errors import CorrectionUnfounded, NothingAttached
from exchange.models import Batch, Dataset, Objection
from exchange.storage import store
from exchange.vocabulary import ObjectionKind
from kernel.errors import IllegalMove
from kernel.texts import Text

MOST_ROWS = 1000


def correct_records(objection: Objection, *, actor: Actor, rows: Sequence[dict[str, Any]]) -> Batch:
    """Publish the corrected records, at most 1000, as changes of the dataset (更正).

    Each row is a whole record, or with ``_op`` "delete" the key of one that should not be. All are
    refused if one breaks the schema. The batch is kept with the objection, which is resolved next.
    """
    require(actor, Perm.OBJECTION_RESOLVE, objection.respondent_id)
    require(actor, Perm.BATCH_PUBLISH, objection.respondent_id)
    _check(objection, rows)
    found = Dataset.objects.select_related("schema").filter(resource_id=objection.resource_id)
    dataset = found.first()
    if dataset is None:
        raise NothingAttached()
    batch = _publish(dataset, actor, rows)
    with transaction.atomic():
        locked = Objection.objects.select_for_update(no_key=True).get(pk=objection.pk)
        # Resolved or withdrawn meanwhile: the records are right all the same, and the trail says
        # for what they were corrected.
        if locked.state == "received":
            objection.change(batch=batch)
        audit.record(
            actor, "objection.corrected", objection, batch=str(batch.pk), number=batch.number
        )
    return batch


def _check(objection: Objection, rows: Sequence[dict[str, Any]]) -> None:
    if objection.kind != ObjectionKind.CONTENT:
        raise CorrectionUnfounded("only records can be corrected so; this is no objection to one")
    if objection.state != "received":
        raise IllegalMove(
            Text("cannot correct from {state}", state=objection.state),
            move="correct",
            state=objection.state,
        )
    if not 1 <= len(rows) <= MOST_ROWS:
        raise CorrectionUnfounded.field("rows", Text("must be 1 to {most}", most=MOST_ROWS))


def _publish(dataset: Dataset, actor: Actor, rows: Sequence[dict[str, Any]]) -> Batch:
    data = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    with store().workspace() as folder:
        path = Path(folder) / "correction"
        faults.guarded(lambda: path.write_bytes(data))
        # Nothing of a correction is set aside, whatever the dataset does with other batches.
        dataset.on_reject = Dataset.OnReject.REFUSE
        body = Body(path, hashlib.sha256(data).hexdigest(), "changes", "ndjson")
        batch = publish_batch(dataset, actor=actor, body=body).batch
    if batch is None:
        raise CorrectionUnfounded("these rows change nothing")
    return batch
