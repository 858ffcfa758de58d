"""Tables folded ahead of need: whoever loads a table or compares one begins near the last batch."""

import time

import structlog
from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange.dataplane.errors import DataplaneError
from exchange.models import Batch, Dataset, Snapshot
from exchange.snapshots import fold_to, folding
from kernel.errors import DomainError
from kernel.jobs import wake

log = structlog.get_logger(__name__)

TURN_SECONDS = 120
DATASETS_PER_TURN = 500


def compact_due(*, actor: Actor) -> int:
    """Fold the tables of which enough has changed since their last snapshot; how many.

    Enough are COMPACT_BATCHES batches, or rows for COMPACT_PERCENT of the table. Each step is kept,
    so a worker that is killed repeats one at most; another's table is left to the other.
    """
    require(actor, Perm.DATASET_VIEW)
    until = time.monotonic() + TURN_SECONDS
    folded = 0
    for dataset in due()[:DATASETS_PER_TURN]:
        if time.monotonic() >= until:
            wake("exchange.compact_due")
            break
        with folding(dataset, wait=0) as ours:
            folded += ours and _compact(dataset, until)
    return folded


def due() -> QuerySet[Dataset]:
    """Datasets with enough behind their last sound snapshot, the longest way first."""
    sound = Snapshot.objects.filter(dataset=OuterRef("pk"), damaged_at=None)
    youngest = sound.order_by("-number", "-created_at")
    there = Batch.objects.filter(dataset=OuterRef("pk"), number=OuterRef("base_number"))
    rows = Dataset.objects.annotate(
        base_number=Subquery(youngest.values("number")[:1]),
        base_rows=Subquery(youngest.values("rows")[:1]),
    ).annotate(base_seq=Subquery(there.values("last_seq")[:1]))
    none = Q(base_number=None, last_number__gt=0)
    many = Q(last_number__gt=F("base_number") + settings.COMPACT_BATCHES)
    much = Q(last_seq__gt=F("base_seq") + F("base_rows") * settings.COMPACT_PERCENT / 100)
    found = rows.filter(none | many | much).select_related("schema")
    return found.order_by((F("last_seq") - F("base_seq")).desc(nulls_first=True), "pk")


def _compact(dataset: Dataset, until: float) -> bool:
    dataset.refresh_from_db(fields=["first_number", "last_number", "schema"])
    try:
        fold_to(dataset, dataset.last_number, until=until)
    except (DataplaneError, DomainError) as fault:
        # One damaged log must not hold up the others; the scrub tells of the damage.
        log.error("compaction_failed", dataset=str(dataset.pk), code=fault.code)
        return False
    return True
