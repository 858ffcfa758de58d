"""Keys with which information systems call."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit, keys
from accounts.actor import Actor
from accounts.errors import SystemNotRunning, TooManyCredentials
from accounts.models import Credential, InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from kernel.errors import Invalid

DEFAULT_DAYS, MOST_DAYS, MOST_LIVE = 180, 730, 2


@transaction.atomic
def issue_credential(
    system: InformationSystem, *, actor: Actor, days: int = DEFAULT_DAYS
) -> tuple[Credential, str]:
    """A new key and its secret, shown this once; a system has at most two live ones."""
    require(actor, Perm.CREDENTIAL_ISSUE, system.department_id)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid.field("days", f"must be 1 to {MOST_DAYS}")
    locked = InformationSystem.objects.select_for_update().get(pk=system.pk)
    if locked.state == "retired":
        raise SystemNotRunning("a retired system gets no key")
    if Credential.objects.live().filter(system=locked).count() >= MOST_LIVE:
        raise TooManyCredentials("revoke one of them first")
    prefix, secret = keys.new_credential()
    row = Credential.objects.create(
        system=locked,
        prefix=prefix,
        last_four=secret[-4:],
        digest=keys.digest(secret),
        expires_at=timezone.now() + timedelta(days=days),
    )
    audit.record(actor, "credential.issued", row, system=str(system.pk), prefix=prefix, days=days)
    return row, secret


@transaction.atomic
def revoke_credential(row: Credential, *, actor: Actor) -> Credential:
    """Close a key at once; the next call with it is refused. A revoked key stays revoked."""
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
