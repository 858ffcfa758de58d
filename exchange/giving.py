"""Giving under a grant: who may have it now, and the count and the line of what goes out."""

from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.crypto import salted_hmac

from accounts.actions.obligations import meet_obligation
from accounts.actor import Actor
from catalog.vocabulary import ShareMode
from exchange import ledger, quotas
from exchange.calls import Call
from exchange.dataplane.sealed import size_of
from exchange.ledger import Use
from exchange.models import Grant, Subscription
from exchange.parts import Part, Wanted
from exchange.projected import Shown
from exchange.rights import readable, require_call

# Formats that are text, and shrink on the wire.
TEXTS = ("ndjson", "csv")


@dataclass(frozen=True)
class GivenFile:
    """A file of what a grant shows, which part of it goes out, and where its reader goes on.

    ``shown`` is the digest of what is shown: asked again while a long answer runs.
    """

    path: Path
    part: Part
    format: str
    rows: int
    number: int
    cursor: str
    shown: str

    @property
    def etag(self) -> str:
        """The tag of the form given."""
        return self.part.etag


def admit(subscription: Subscription, actor: Actor, call: Call) -> tuple[Grant, str]:
    """The grant in force and the purpose of the call."""
    grant = readable(subscription)
    purpose = require_call(
        grant,
        actor=actor,
        call=call,
        mode=ShareMode.DATABASE,
        default_purpose=subscription.purpose,
    )
    return grant, purpose


def part_of(file: Shown, grant: Grant, format: str, wanted: Wanted) -> Part:
    """What of the file to give. Its tag is of what is shown alone, and keyed: it tells nothing of
    rows and items that are not."""
    etag = salted_hmac("exchange.table", f"{grant.pk}{file.digest}").hexdigest()
    return wanted.part(etag, size_of(file.path), compresses=format in TEXTS)


def rows_in(file: Shown, part: Part) -> int:
    """How many rows count as given with a part: its share of them, rounded up."""
    if part.length == part.size:
        return file.rows
    return -(-file.rows * part.length // part.size)


def note(use: Use, subscription: Subscription, actor: Actor, call: Call) -> None:
    """Count and write down what goes out; the count comes last but for the line itself."""
    if use.rows:
        meet_obligation("C5", use.grant, actor=actor)
    quotas.take(use.grant, calls=1, rows=use.rows)
    ledger.write_use(
        replace(
            use,
            call=call,
            credential_id=actor.credential_id,
            subscription_id=subscription.pk,
        )
    )
