"""Keys with which a system signs in the way of the national or provincial gateways (兼容方式).

Off for every system that has none: those signatures bind neither body nor address.
"""

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.errors import SystemNotRunning
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from exchange.gateways import new_key
from exchange.models import GatewayKey
from exchange.states import GATEWAY_KEY
from kernel.errors import Conflict
from kernel.models import uuid7
from kernel.sealing import seal, unseal

# A working secret lives so long; within the first half of it the same one is given again, so that
# a client's processes which fetch it side by side do not put each other's out of use.
SECRET_HOURS = 24
MOST_LIVE = 2


@transaction.atomic
def issue_gateway_key(
    system: InformationSystem, *, actor: Actor, dialect: str
) -> tuple[GatewayKey, str]:
    """A new key of this dialect and its secret, shown this once: the authorisation key (AppKey)
    of the national platform, or the secret of a provincial gateway."""
    require(actor, Perm.CREDENTIAL_ISSUE, system.department_id)
    locked = InformationSystem.objects.select_for_update(no_key=True).get(pk=system.pk)
    if locked.state == "retired":
        raise SystemNotRunning("a retired system gets no key")
    held = GatewayKey.objects.filter(system=locked, dialect=dialect, state="active")
    if held.count() >= MOST_LIVE:
        raise Conflict("the system has two such keys already; revoke one of them first")
    secret = new_key()
    key = GatewayKey.objects.create(
        system=locked,
        department_id=locked.department_id,
        dialect=dialect,
        requester=str(uuid7()),
        sealed_key=seal(secret),
        issued_by=cast(UUID, actor.id),
    )
    audit.record(actor, "gateway_key.issued", key, system=str(system.pk), dialect=dialect)
    return key, secret


@transaction.atomic
def revoke_gateway_key(key: GatewayKey, *, actor: Actor) -> GatewayKey:
    """The next call signed with it is refused; a revoked key stays revoked."""
    require(actor, Perm.CREDENTIAL_REVOKE, key.department_id)
    GATEWAY_KEY.move(key, "revoke", sealed_secret="")
    audit.record(actor, "gateway_key.revoked", key, system=str(key.system_id))
    return key


@transaction.atomic
def refresh_gateway_key(key: GatewayKey, *, actor: Actor) -> tuple[str, int]:
    """The working secret of a national key, and until when it is good, in milliseconds."""
    require(actor, Perm.INTERFACE_CALL)
    held = GatewayKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    now, life = timezone.now(), timedelta(hours=SECRET_HOURS)
    if held.secret_ends_at is None or held.secret_ends_at - now < life / 2:
        held.change(sealed_secret=seal(new_key()), secret_ends_at=now + life)
        audit.record(actor, "gateway_key.refreshed", held, system=str(held.system_id))
    ends_at = held.secret_ends_at
    assert ends_at is not None  # noqa: S101
    return unseal(held.sealed_secret), int(ends_at.timestamp() * 1000)
