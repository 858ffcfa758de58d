"""After a restore: a new history begins, so that nobody mistakes it for the one that was lost."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange.models import Dataset, Subscription, SyncRun


@transaction.atomic
def begin_history(*, actor: Actor, made_at: datetime) -> int:
    """Raise the epoch of every dataset; how many there are.

    Batches after the backup are lost, and their numbers will be given again to others. So cursors
    of before are refused with the way back, calls get other names, and what stands in sinks and
    folders is brought anew from the table. Leases end: no worker of before lives.
    """
    require(actor, Perm.DATASET_VIEW)
    count = Dataset.objects.update(epoch=F("epoch") + 1, fold_until=None)
    Subscription.objects.update(lease_until=None, lease_token=F("lease_token") + 1)
    loaded = Subscription.objects.filter(mode__in=("sink", "file")).exclude(state="ended")
    loaded.update(reload=True, attempts=0, next_attempt_at=timezone.now())
    SyncRun.objects.filter(lease_until__isnull=False).update(
        lease_until=None, lease_token=F("lease_token") + 1
    )
    for dataset in Dataset.objects.iterator():
        audit.record(
            actor,
            "dataset.restored",
            dataset,
            epoch=dataset.epoch,
            last_number=dataset.last_number,
            made_at=made_at.isoformat(),
        )
    return count
