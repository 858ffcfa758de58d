"""What a recalled batch means to those who read: who has its rows, and what of it lies about.

From the commit of its recall a batch is given to nobody. Whoever has it receives the compensating
batch, and a notice; whoever has not gets an empty batch in its place where numbers must follow.
"""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db.models import Min, Q

from exchange.errors import CursorExpired
from exchange.models import Batch, Dataset, Delivery, Snapshot, UseEntry
from exchange.projected import FACTS
from exchange.storage import projections


def departments_with(batch: Batch) -> dict[UUID, list[UUID]]:
    """The departments that were given rows of the batch or told of it, each with its systems."""
    bulk = UseEntry.objects.filter(dataset_id=batch.dataset_id, last_number__gte=batch.number)
    until = Q(last_number__gt=batch.number) | Q(last_row__gt=0)
    read = bulk.filter(until, Q(first_number=None) | Q(first_number__lte=batch.number))
    told = Delivery.objects.filter(
        subscription__dataset_id=batch.dataset_id,
        number=batch.number,
        delivered_at__isnull=False,
    )
    found = {
        *read.values_list("department_id", "system_id"),
        *told.values_list("subscription__department_id", "subscription__system_id"),
    }
    return {
        department: sorted(system for owner, system in found if owner == department)
        for department in sorted({owner for owner, _ in found})
    }


def received(subscription_id: UUID, batch: Batch) -> bool:
    """Whether the lane brought the batch before it was recalled."""
    arrived = Delivery.objects.filter(subscription_id=subscription_id, delivered_at__isnull=False)
    return arrived.filter(number=batch.number).exists()


def require_same_rows(batch: Batch) -> None:
    """CursorExpired where the batch may be shown otherwise than before an earlier one's recall.

    Rows that ended in it are counted by what was given before; a place among them means nothing
    any more. From the table a reader goes on behind the recall.
    """
    between = Batch.objects.filter(
        dataset_id=batch.dataset_id,
        number__lt=batch.number,
        recalled_by__number__gt=batch.number,
    )
    if between.exists():
        raise CursorExpired("a batch before this place was recalled; start from the table")


def forget_projections(dataset: Dataset, first: int) -> int:
    """Remove projected files of the dataset that show a recalled batch, and tables after it.

    ``first`` is the number of the earliest recalled batch.
    """
    grants = dataset.resource.grants.values_list("pk", flat=True)
    kept = set(Snapshot.objects.filter(dataset=dataset).values_list("digest", flat=True))
    removed = 0
    for grant in grants:
        for folder in projections().glob(f"{grant.hex}-*"):
            removed += sum(_forget(file, first, kept) for file in folder.iterdir())
    return removed


def forget_recalled(since: datetime) -> int:
    """The same for every batch that was recalled since then; how many files went."""
    recalls = Batch.objects.filter(kind=Batch.Kind.RECALL, created_at__gte=since)
    found = recalls.select_related("dataset__resource").annotate(first=Min("recalls__number"))
    return sum(forget_projections(recall.dataset, recall.first) for recall in found if recall.first)


def _forget(file: Path, first: int, kept: set[str]) -> bool:
    """Whether the file was of changes from ``first`` on, or of a table that is kept no more."""
    if file.suffix == FACTS or file.name.startswith("."):
        return False
    head = file.name.split("-")[0]
    is_changes = file.name.endswith(".changes")
    gone = int(head) >= first if is_changes else head not in kept
    if gone:
        file.unlink(missing_ok=True)
        file.with_name(file.name + FACTS).unlink(missing_ok=True)
    return gone
