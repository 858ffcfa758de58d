"""How the call of a system may come: with a key that counts, signed, from where, with which
certificate."""

import hashlib
import ssl
from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actions.credentials import refuse_call
from accounts.actor import Actor
from accounts.callers import Caller, Networks
from accounts.errors import CertificateRefused, NetworkRefused, SignatureNeeded
from accounts.models import (
    AccessToken,
    Credential,
    InformationSystem,
    SessionToken,
    SystemAccess,
)
from accounts.permissions import Perm, Role
from accounts.states import RUNNING
from kernel.errors import Forbidden
from kernel.texts import Text

CERTIFICATE_HEADER = "HTTP_X_CLIENT_CERT_PEM"
_NOTED_EVERY = timedelta(minutes=1)


def admitted(caller: Caller, request: Request, *, signed: bool = False) -> Actor:
    """The system that calls so, when key, token and system count and it comes as it must.

    AuthenticationFailed where one of them does not, Forbidden (and an entry in the trail) where
    the call is not signed, comes from elsewhere or without the certificate.
    """
    credential = caller.credential
    require_usable("credential", credential)
    if caller.token is not None:
        require_usable("token", caller.token)
    address = client_address(request)
    actor = system_actor(credential.system, address, credential.pk, caller.only)
    try:
        require_access(caller.access, caller.networks, request, signed=signed)
    except Forbidden as refused:
        refuse_call(credential, refused.code, actor=actor)
        raise
    seen = credential.last_used_at
    if seen is None or timezone.now() - seen >= _NOTED_EVERY:
        _note_use(credential, address)
    return actor


def require_access(
    access: SystemAccess, networks: Networks, request: Request, *, signed: bool
) -> None:
    """Forbidden where the call is not signed, comes from elsewhere or without the certificate."""
    if access.signed_only and not signed:
        raise SignatureNeeded("send no token; sign the call (RFC 9421)")
    require_network(networks, client_address(request))
    if access.certificates and _certificate(request) not in access.certificates:
        raise CertificateRefused("the connection shows none that is bound to the system")


def require_network(networks: Networks, address: str) -> None:
    """NetworkRefused unless the address lies in one network of each list."""
    if not all(_is_inside(address, each) for each in networks):
        raise NetworkRefused(
            Text("the address seen is {address}", address=address), address=address
        )


def system_actor(
    system: InformationSystem,
    address: str,
    credential_id: UUID | None = None,
    only: frozenset[Perm] | None = None,
) -> Actor:
    """The system as an actor; AuthenticationFailed unless it runs and its department is open."""
    if not system.department.is_active:
        raise AuthenticationFailed("the department of this system is closed")
    if system.state not in RUNNING:
        raise AuthenticationFailed(f"this information system is {system.state}, so it may not call")
    return Actor(
        kind="system",
        id=system.pk,
        name=system.name,
        department_id=system.department_id,
        roles=frozenset({Role.SYSTEM}),
        credential_id=credential_id,
        address=address,
        only=only,
    )


def client_address(request: HttpRequest | Request) -> str:
    """The address that the connection came from."""
    return str(request.META.get("REMOTE_ADDR") or "")


def require_usable(noun: str, row: Credential | AccessToken | SessionToken) -> None:
    """AuthenticationFailed if it was revoked or has expired."""
    if row.revoked_at is not None:
        raise AuthenticationFailed(f"the {noun} was revoked at {row.revoked_at:%Y-%m-%dT%H:%M:%SZ}")
    if row.expires_at <= timezone.now():
        raise AuthenticationFailed(f"the {noun} expired at {row.expires_at:%Y-%m-%dT%H:%M:%SZ}")


def _is_inside(address: str, networks: list[IPv4Network | IPv6Network]) -> bool:
    try:
        seen = ip_address(address)
    except ValueError:
        return False
    if isinstance(seen, IPv6Address) and seen.ipv4_mapped:
        seen = seen.ipv4_mapped
    return any(seen in network for network in networks)


def _certificate(request: Request) -> str:
    """SHA-256 of the client certificate, as a proxy of ours shows it; empty if there is none."""
    told = request.META.get(CERTIFICATE_HEADER, "") if settings.CLIENT_CERTIFICATES else ""
    return _fingerprint(told) if told else ""


@lru_cache(maxsize=1000)
def _fingerprint(escaped: str) -> str:
    """Of a certificate in PEM, percent-encoded as nginx does; empty if it is none."""
    try:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(unquote(escaped))).hexdigest()
    except ValueError:
        return ""


@transaction.atomic
def _note_use(credential: Credential, address: str) -> None:
    """Remember when and from where; skipped while another call holds the row."""
    now = timezone.now()
    free = Credential.objects.select_for_update(skip_locked=True).filter(pk=credential.pk)
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _NOTED_EVERY)
    Credential.objects.filter(stale, pk__in=free.values("pk")).update(
        last_used_at=now, last_used_from=address or None
    )
