"""Keys with which information systems call, and how their calls must come."""

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts import audit, keys, signing
from accounts.actor import Actor
from accounts.errors import SystemNotRunning, TooManyCredentials
from accounts.models import AccessToken, Credential, InformationSystem, SystemAccess
from accounts.models.credential import every_scope
from accounts.nonces import forget_nonces
from accounts.permissions import Perm
from accounts.policy import require
from kernel.errors import Invalid
from kernel.sealing import seal
from kernel.texts import Text

DEFAULT_DAYS, MOST_DAYS, MOST_LIVE = 180, 730, 2
MOST_NETWORKS, MOST_CERTIFICATES = 32, 4
TOKEN_KEPT = timedelta(days=1)
REFUSED_TOLD_EVERY = 60
_BEGINNINGS = {
    Credential.Kind.BEARER: keys.CREDENTIAL,
    Credential.Kind.SIGNING: keys.SIGNING,
    Credential.Kind.CLIENT: keys.CLIENT,
}


@transaction.atomic
def issue_credential(
    system: InformationSystem,
    *,
    actor: Actor,
    days: int = DEFAULT_DAYS,
    kind: str = Credential.Kind.BEARER,
    algorithm: str = "",
    scopes: Iterable[str] = (),
    networks: Iterable[str] = (),
) -> tuple[Credential, str]:
    """A new key and its secret, shown this once; a system has at most two live ones of a kind.

    A signing key is of one algorithm; no scopes are all of them, no networks are everywhere.
    """
    require(actor, Perm.CREDENTIAL_ISSUE, system.department_id)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid.field("days", Text("must be 1 to {most}", most=MOST_DAYS))
    chosen = _algorithm(kind, algorithm)
    locked = InformationSystem.objects.select_for_update().get(pk=system.pk)
    if locked.state == "retired":
        raise SystemNotRunning("a retired system gets no key")
    if Credential.objects.live().filter(system=locked, kind=kind).count() >= MOST_LIVE:
        raise TooManyCredentials("revoke one of them first")
    prefix, secret = keys.new_credential(_BEGINNINGS[Credential.Kind(kind)])
    row = Credential.objects.create(
        system=locked,
        kind=kind,
        algorithm=chosen,
        prefix=prefix,
        last_four=secret[-4:],
        scopes=[scope for scope in every_scope() if scope in set(scopes)] or every_scope(),
        networks=_networks(networks),
        expires_at=timezone.now() + timedelta(days=days),
        **_kept(kind, secret),
    )
    audit.record(
        actor,
        "credential.issued",
        row,
        system=str(system.pk),
        prefix=prefix,
        days=days,
        kind=str(kind),
        scopes=row.scopes,
        networks=row.networks,
    )
    return row, secret


@transaction.atomic
def revoke_credential(row: Credential, *, actor: Actor) -> Credential:
    """Close a key at once, and what was got with it; a revoked key stays revoked."""
    require(actor, Perm.CREDENTIAL_REVOKE, row.system.department_id)
    locked = (
        Credential.objects.select_for_update(of=("self",)).select_related("system").get(pk=row.pk)
    )
    if locked.revoked_at is None:
        locked.change(revoked_at=timezone.now())
        audit.record(
            actor, "credential.revoked", locked, system=str(locked.system_id), prefix=row.prefix
        )
    return locked


@transaction.atomic
def set_access(
    system: InformationSystem,
    *,
    actor: Actor,
    signed_only: bool = False,
    networks: Iterable[str] = (),
    certificates: Iterable[str] = (),
) -> SystemAccess:
    """How the calls of a system must come from now on: signed, from where, with which certificate.

    What is not named is free; every key of the system must keep it.
    """
    require(actor, Perm.ACCESS_SET, system.department_id)
    values: dict[str, Any] = {
        "signed_only": signed_only,
        "networks": _networks(networks),
        "certificates": _certificates(certificates),
    }
    row, _made = SystemAccess.objects.select_for_update(of=("self",)).get_or_create(system=system)
    if {name: getattr(row, name) for name in values} != values:
        row.change(**values)
        audit.record(actor, "access.set", system, **values)
    return row


def refuse_call(row: Credential, reason: str, *, actor: Actor) -> None:
    """Tell of a call with a right secret that may not come so; once a minute for each key, address
    and reason, for a caller tries again and again."""
    seen = f"refused:{row.pk}:{actor.address}:{reason}"
    try:
        is_first = cache.add(seen, 1, REFUSED_TOLD_EVERY)
    except Exception:  # noqa: BLE001 - without the cache each one is told
        is_first = True
    if is_first:
        audit.record(actor, "credential.refused", row, reason=reason)


def expire_calls(*, actor: Actor) -> int:
    """Forget signed calls that are too old to be taken again anyhow, and tokens that are over; how
    many."""
    require(actor, Perm.CREDENTIAL_REVOKE)
    over = AccessToken.objects.filter(expires_at__lt=timezone.now() - TOKEN_KEPT)
    return forget_nonces() + over.delete()[0]


def _algorithm(kind: str, algorithm: str) -> str:
    if kind != Credential.Kind.SIGNING:
        if algorithm:
            raise Invalid.field("algorithm", "only a signing key has an algorithm")
        return ""
    if (algorithm or signing.HMAC_SHA256) not in signing.ALGORITHMS:
        names = ", ".join(signing.ALGORITHMS)
        raise Invalid.field("algorithm", Text("must be one of: {names}", names=names))
    return algorithm or signing.HMAC_SHA256


def _kept(kind: str, secret: str) -> dict[str, str]:
    """What signs is sealed, for it must be read again; what is sent is kept as a hash alone."""
    if kind == Credential.Kind.SIGNING:
        return {"sealed_secret": seal(secret)}
    return {"digest": keys.digest(secret)}


def _networks(told: Iterable[str]) -> list[str]:
    """Networks as CIDR, each once; Invalid names the first that is none."""
    found: dict[str, None] = {}
    for text in told:
        try:
            found[str(ip_network(text.strip()))] = None
        except ValueError:
            wrong = Text("{text} is no network such as 10.1.0.0/16", text=text[:50])
            raise Invalid.field("networks", wrong) from None
    if len(found) > MOST_NETWORKS:
        raise Invalid.field("networks", Text("at most {most} networks", most=MOST_NETWORKS))
    return list(found)


def _certificates(told: Iterable[str]) -> list[str]:
    """Fingerprints as lower-case hex without colons; Invalid if one is no SHA-256."""
    found: dict[str, None] = {}
    for text in told:
        plain = text.replace(":", "").strip().lower()
        if len(plain) != 64 or set(plain) - set("0123456789abcdef"):
            raise Invalid.field("certificates", "must be SHA-256 fingerprints, 64 hex digits each")
        found[plain] = None
    if len(found) > MOST_CERTIFICATES:
        most = Text("at most {most} certificates", most=MOST_CERTIFICATES)
        raise Invalid.field("certificates", most)
    return list(found)
