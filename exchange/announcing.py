"""Webhooks: what is said of a batch, made ready for many lanes with few queries, and sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from catalog.vocabulary import ShareMode
from exchange.dataplane import webhooks
from exchange.dataplane.webhooks import Outcome
from exchange.lanes import Lease
from exchange.models import Batch, Dataset, Grant, Hook, Subscription
from exchange.rights import (
    disclosure_of,
    purpose_for,
    require_live,
    require_mode,
    require_system,
    shared_items,
)
from kernel.sealing import unseal

# How long the secret before signs too, so that the receiver can change over.
OVERLAP = timedelta(hours=24)


@dataclass(frozen=True)
class Announcement:
    """One call of one lane: what it says, where to, signed with what; and for the books what the
    receiver may then pull."""

    lane: Subscription
    lease: Lease
    grant: Grant
    number: int
    is_repeat: bool
    digest: str
    items: tuple[str, ...]
    secrets: tuple[str, ...]
    event: dict[str, object]

    @property
    def host(self) -> str:
        """The host and port of the address."""
        return host_of(self.lane)

    @property
    def message_id(self) -> str:
        """The same over all attempts and repeats; a restore gives numbers to other batches."""
        epoch = self.lane.dataset.epoch
        return f"{self.lane.pk}.{self.number}" + (f".{epoch}" if epoch > 1 else "")

    def send(self, client: Any) -> Outcome:
        """One call; whatever goes wrong ends in the Outcome. Needs no database."""
        return webhooks.send(self.lane.url, self.event, self.message_id, list(self.secrets), client)


class Due(NamedTuple):
    """A lane that was taken, as it was read, with what it is to bring next; None if nothing."""

    lane: Subscription
    lease: Lease
    number: int
    batch: Batch | None

    @property
    def is_repeat(self) -> bool:
        """Whether it was brought before."""
        return self.number <= self.lane.position


def host_of(lane: Subscription) -> str:
    """The part of the address between which calls are counted together, as the claim has it."""
    return [*lane.url.split("/", 3), "", ""][2]


def signing_secrets(lane: Subscription | Hook) -> tuple[str, ...]:
    """The secret, and for a day after a change the one before it, too."""
    before = lane.before_until and lane.before_until > timezone.now()
    return (unseal(lane.sealed), *([unseal(lane.sealed_before)] if before else []))


def read_due(leases: Iterable[Lease]) -> list[Due]:
    """The lanes with grant, dataset and batch, in few queries however many they are."""
    held = {lease.subscription_id: lease for lease in leases}
    lanes = list(Subscription.objects.filter(pk__in=held))
    # Not joined: many lanes share a dataset, and some a grant.
    datasets = Dataset.objects.select_related("schema").in_bulk({each.dataset_id for each in lanes})
    grants = Grant.objects.select_related("resource").in_bulk({each.grant_id for each in lanes})
    for lane in lanes:
        lane.dataset, lane.grant = datasets[lane.dataset_id], grants[lane.grant_id]
    wanted = {lane.pk: next_number(lane) for lane in lanes}
    batches = _batches({(lane.dataset_id, wanted[lane.pk]) for lane in lanes})
    return [
        Due(
            lane,
            held[lane.pk],
            wanted[lane.pk],
            batches.get((lane.dataset_id, wanted[lane.pk])),
        )
        for lane in lanes
    ]


def next_number(lane: Subscription) -> int:
    """What is to be brought once more comes first, in its order."""
    return lane.redeliver_next or lane.position + 1


def _batches(places: set[tuple[UUID, int]]) -> Mapping[tuple[UUID, int], Batch]:
    found = Batch.objects.filter(
        dataset_id__in={dataset for dataset, _ in places}, number__in={n for _, n in places}
    )
    return {(batch.dataset_id, batch.number): batch for batch in found.prefetch_related("recalls")}


class Rights:
    """What the grants of many lanes open now, asked once for each; for one round of calls."""

    def __init__(self) -> None:
        self._shared: dict[UUID, set[str]] = {}
        self._names: dict[UUID, tuple[str, ...]] = {}

    def names(self, lane: Subscription) -> tuple[str, ...]:
        """The items that the lane's receiver may pull; a refusal if it may not any more."""
        grant: Grant = lane.grant
        require_live(grant)
        require_mode(grant, ShareMode.DATABASE)
        require_system(grant, lane.system_id)
        purpose_for(grant, lane.purpose)
        if grant.pk not in self._names:
            if grant.resource_id not in self._shared:
                self._shared[grant.resource_id] = shared_items(grant)
            shared = self._shared[grant.resource_id]
            self._names[grant.pk] = disclosure_of(grant, lane.dataset, shared).names
        return self._names[grant.pk]


def announce(due: Due, batch: Batch, rights: Rights) -> Announcement:
    """The call for a batch, if the grant still opens it."""
    lane = due.lane
    return Announcement(
        lane=lane,
        lease=due.lease,
        grant=lane.grant,
        number=batch.number,
        is_repeat=batch.number <= lane.position,
        digest=batch.digest,
        items=rights.names(lane),
        secrets=signing_secrets(lane),
        event=_event(lane, batch),
    )


def _event(lane: Subscription, batch: Batch) -> dict[str, object]:
    """Say that a batch is ready; the data itself is pulled under the grant."""
    if batch.expired_at:
        return _reload_event(lane, batch)
    data: dict[str, object] = {
        "subscription": str(lane.pk),
        "dataset": str(lane.dataset_id),
        "number": batch.number,
        "kind": batch.kind,
        "changes": f"{settings.PUBLIC_URL}/api/v1/subscriptions/{lane.pk}/changes",
    }
    kind = "batch.recalled" if batch.kind == Batch.Kind.RECALL else "batch.published"
    if batch.kind == Batch.Kind.RECALL:
        data["recalls"] = sorted(recalled.number for recalled in batch.recalls.all())
    if not lane.grant.condition:
        # Under a condition the batch's rows are more than the receiver may know of.
        data["rows"] = batch.rows
    return event_of(kind, batch.created_at, data)


def _reload_event(lane: Subscription, batch: Batch) -> dict[str, object]:
    """Say that batches up to this one are past their retention: the table stands for them."""
    data: dict[str, object] = {
        "subscription": str(lane.pk),
        "dataset": str(lane.dataset_id),
        "number": batch.number,
        "table": f"{settings.PUBLIC_URL}/api/v1/subscriptions/{lane.pk}/table",
    }
    return event_of("table.reload", batch.created_at, data)


def ping_of(lane: Subscription) -> dict[str, object]:
    """An event to try the address with."""
    dataset: Dataset = lane.dataset
    data: dict[str, object] = {"subscription": str(lane.pk), "dataset": str(dataset.pk)}
    return event_of("ping", timezone.now(), data)


def event_of(kind: str, at: datetime, data: dict[str, object]) -> dict[str, object]:
    """The form of the Standard Webhooks specification."""
    return {"type": kind, "timestamp": at.isoformat(), "data": data}
