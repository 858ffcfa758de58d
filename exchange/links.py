"""Links that open one file for a while, as signed tokens: nobody can make one up or extend it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.core import signing
from django.utils import timezone

from accounts.actor import Actor
from accounts.admission import require_network, system_actor
from accounts.callers import networks_of
from accounts.models import Credential, InformationSystem, SystemAccess
from exchange.calls import Call
from exchange.errors import LinkExpired
from kernel.errors import NotFound

_SALT = "exchange.link"
LEAST_MINUTES, MOST_MINUTES = 5, 60


@dataclass(frozen=True)
class Link:
    """What a link stands for: the file (``source`` is the digest of what it is made from), the
    terms under which it was opened, the system that asked, and when it ends."""

    subscription: UUID
    system: UUID
    credential: UUID | None
    edition: int
    shown: str
    source: str
    number: int
    is_batch: bool
    format: str
    call: Call
    ends: datetime


def write(link: Link) -> str:
    """The link as a token for an address."""
    return signing.Signer(salt=_SALT).sign_object(
        {
            "s": str(link.subscription),
            "y": str(link.system),
            "c": str(link.credential) if link.credential else "",
            "e": link.edition,
            "d": link.shown,
            "b": link.source,
            "n": link.number,
            "k": int(link.is_batch),
            "f": link.format,
            "p": [link.call.purpose, link.call.end_user, link.call.reason],
            "x": int(link.ends.timestamp()),
        },
        compress=True,
    )


def read(token: str) -> Link:
    """The link of a token; NotFound for one that we did not write, LinkExpired after its end."""
    try:
        told = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError) as forged:
        raise NotFound() from forged
    ends = datetime.fromtimestamp(told["x"], UTC)
    if ends <= timezone.now():
        raise LinkExpired("ask for another", ended_at=ends.isoformat())
    return Link(
        subscription=UUID(told["s"]),
        system=UUID(told["y"]),
        credential=UUID(told["c"]) if told["c"] else None,
        edition=told["e"],
        shown=told["d"],
        source=told["b"],
        number=told["n"],
        is_batch=bool(told["k"]),
        format=told["f"],
        call=Call(*told["p"]),
        ends=ends,
    )


def caller(link: Link, address: str) -> Actor:
    """The system for which the link stands, from where it is followed.

    LinkExpired if the credential with which it was opened no longer opens anything, and what
    refuses a system that does not run or does not call from there.
    """
    lists = [*SystemAccess.objects.filter(system=link.system).values_list("networks", flat=True)]
    if link.credential is not None:
        opened = Credential.objects.filter(pk=link.credential).first()
        if opened is None or not opened.is_live:
            raise LinkExpired("the credential that opened it is no longer valid")
        lists.append(opened.networks)
    require_network(networks_of(*lists), address)
    system = InformationSystem.objects.select_related("department").get(pk=link.system)
    return system_actor(system, address, link.credential)
