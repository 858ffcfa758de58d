"""Bringing rows to a target: counted and entered in the ledger before they can be seen there."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from exchange import lanes, ledger, quotas
from exchange.dataplane.condition_json import condition_to_json
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.errors import DataplaneError
from exchange.lanes import Lease
from exchange.ledger import Use
from exchange.models import Grant, Subscription
from exchange.places import Place
from exchange.projected import Shown
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


@dataclass
class Booked:
    """Counts and enters what a target is about to show.

    ``holds`` asks the target whether it shows it already.
    """

    load: Load
    channel: Channel
    file: Shown
    first: Place | None
    last: Place
    holds: Callable[[], bool]
    is_known: bool = False
    is_taken: bool = False

    def around(self, work: Callable[[], object]) -> None:
        """Do the work; what the target surely does not show comes off the count again."""
        # An earlier worker may have got as far as the end: that was counted then. A table that is
        # brought anew may stand at its place already, and yet show something else.
        # What is brought once more is given once more.
        lane = self.load.lane
        if self.first and lane.attempts > 1 and not lane.redeliver_next:
            self.is_known = self.holds()
        day = timezone.localdate()
        try:
            work()
        except BaseException:
            if self.is_taken and not self._may_hold():
                quotas.give_back(self.load.grant, day, calls=1, rows=self.file.rows)
            raise

    def _may_hold(self) -> bool:
        """Whether the target shows it, or cannot be asked."""
        try:
            return self.holds()
        except DataplaneError:
            return True

    def check(self) -> None:
        """The last word before the target shows it: a stale worker writes nothing."""
        if self.is_known or not self.file.rows:
            lanes.hold(self.load.lease)
            return
        load = self.load
        with transaction.atomic():
            lanes.hold(load.lease)
            quotas.take(load.grant, calls=1, rows=self.file.rows)
            ledger.write_use(
                Use(
                    channel=self.channel,
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
