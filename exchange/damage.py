"""Stored bytes that are damaged or missing: which batch or table they are, said to who reads."""

import re

from django.db.models import Q, QuerySet

from exchange.errors import BytesDamaged
from exchange.models import Batch, Snapshot
from kernel.jobs import wake

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_RETRY_SECONDS = 60


def refusal(detail: str) -> BytesDamaged | None:
    """The refusal that names what lies under the digest in ``detail``; None if nobody knows it.

    What is named is looked at by the next scrub before anything else, and the scrub is woken.
    """
    found = _DIGEST.search(detail)
    if found is None:
        return None
    batch = batches_of(found[0]).order_by("number").first()
    if batch:
        batches_of(found[0]).update(verified_at=None)
        name, facts = f"batch {batch.number}", {"batch": batch.number}
        dataset = batch.dataset_id
    else:
        snapshot = Snapshot.objects.filter(digest=found[0]).order_by("number").first()
        if snapshot is None:
            return None
        Snapshot.objects.filter(digest=found[0]).update(verified_at=None)
        name, facts = f"the table after batch {snapshot.number}", {"snapshot": snapshot.number}
        dataset = snapshot.dataset_id
    wake("exchange.scrub_blobs")
    return BytesDamaged(
        f"the stored bytes of {name} are damaged; none of them were sent",
        dataset=str(dataset),
        retry_after=_RETRY_SECONDS,
        **facts,
    )


def batches_of(digest: str) -> QuerySet[Batch]:
    """The batches that have bytes, or rejected rows, of this digest."""
    return Batch.objects.filter(Q(digest=digest) | Q(rejects_digest=digest), expired_at=None)
