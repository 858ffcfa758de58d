"""Writing into a subscriber's database what its grant shows: batch by batch, or all anew.

What is written is counted and entered in the ledger before the target commits, so that nothing
can stand there that the ledger does not know.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from exchange import lanes, ledger, quotas
from exchange.dataplane.condition_json import condition_to_json
from exchange.dataplane.connectors.base import Position
from exchange.dataplane.connectors.postgres import PostgresSink
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.errors import DataplaneError
from exchange.destinations import target_connection
from exchange.lanes import Lease
from exchange.ledger import Use
from exchange.models import Batch, Grant, Snapshot, Subscription
from exchange.places import Place
from exchange.projected import Shown, passing, write_changes, write_table
from exchange.secrets import unseal
from exchange.vocabulary import Channel


@dataclass(frozen=True)
class Load:
    """One piece of work for a lane: under which lease and grant, showing what, for what."""

    lane: Subscription
    lease: Lease
    grant: Grant
    disclosure: Disclosure
    purpose: str
    prepare: bool

    @cached_property
    def shape(self) -> str:
        """Names what the target's rows show; items that are not shown do not change it."""
        condition = self.disclosure.condition
        plain = {
            "shown": self.disclosure.shown.to_json(),
            "masks": {name: mask.to_json() for name, mask in self.disclosure.masks.items()},
            "condition": condition_to_json(condition) if condition else None,
        }
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def sink(self) -> PostgresSink:
        """The target, with its table made ready where that is due."""
        dsn = unseal(self.lane.sealed)
        made = PostgresSink(
            lambda: target_connection(dsn),
            schema_name=self.lane.target_schema,
            table=self.lane.target_table,
            lane=str(self.lane.pk),
            schema=self.disclosure.shown,
        )
        if self.prepare:
            made.prepare()
        return made


def apply_batch(load: Load, batch: Batch) -> Shown:
    """Apply the batch and the offset in one transaction of the target database."""
    position = Position(load.lane.dataset.epoch, batch.number)
    with passing(lambda out: write_changes(load.disclosure, batch, out)) as file:
        booked = _Booked(load, file, Place(batch.number), Place(batch.number + 1))
        booked.around(lambda: load.sink.apply(file.path, position, check=booked.check), position)
    return file


def load_table(load: Load, snapshot: Snapshot) -> Shown:
    """Replace the target's rows by the table of today: what it shows has changed."""
    position = Position(load.lane.dataset.epoch, snapshot.number)
    with passing(lambda out: write_table(load.disclosure, snapshot, out, "parquet")) as file:
        booked = _Booked(load, file, None, Place(snapshot.number + 1))
        load.sink.prepare()
        booked.around(lambda: load.sink.load(file.path, position, check=booked.check), position)
    return file


@dataclass
class _Booked:
    """Counts and enters what the target is about to commit."""

    load: Load
    file: Shown
    first: Place | None
    last: Place
    is_known: bool = False
    is_taken: bool = False

    def around(self, work: Callable[[], object], position: Position) -> None:
        """Do the work; what the target surely did not commit comes off the count again."""
        # An earlier worker may have got as far as the commit: that was counted then. A table that
        # is loaded anew may stand at its place already, and yet show something else.
        if self.first and self.load.lane.attempts > 1:
            self.is_known = self._holds(position)
        day = timezone.localdate()
        try:
            work()
        except BaseException:
            if self.is_taken and not self._may_hold(position):
                quotas.give_back(self.load.grant, day, calls=1, rows=self.file.rows)
            raise

    def _holds(self, position: Position) -> bool:
        stored = self.load.sink.position()
        return stored is not None and stored >= position

    def _may_hold(self, position: Position) -> bool:
        """Whether the target holds it, or cannot be asked."""
        try:
            return self._holds(position)
        except DataplaneError:
            return True

    def check(self) -> None:
        """The last word before the target commits: a stale worker writes nothing."""
        if self.is_known or not self.file.rows:
            lanes.hold(self.load.lease)
            return
        load = self.load
        with transaction.atomic():
            lanes.hold(load.lease)
            quotas.take(load.grant, calls=1, rows=self.file.rows)
            ledger.write_use(
                Use(
                    channel=Channel.SINK,
                    dataset=load.lane.dataset,
                    grant=load.grant,
                    system_id=load.lane.system_id,
                    subscription_id=load.lane.pk,
                    purpose=load.purpose,
                    items=load.disclosure.names,
                    rows=self.file.rows,
                    digest=self.file.digest,
                    first=self.first,
                    last=self.last,
                )
            )
        self.is_taken = True
