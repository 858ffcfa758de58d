"""Tokens that information systems get with their client secrets."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import audit, keys
from accounts.actor import Actor
from accounts.models import AccessToken, Credential


@transaction.atomic
def issue_token(
    credential: Credential, token: str, *, actor: Actor, scopes: list[str], expires_at: datetime
) -> AccessToken:
    """Keep the hash of a token that the system gets for its client secret."""
    row = AccessToken.objects.create(
        credential_id=credential.pk,
        digest=keys.digest(token),
        scopes=scopes,
        expires_at=expires_at,
    )
    audit.record(actor, "token.issued", row, system=str(credential.system_id), scopes=scopes)
    return row


@transaction.atomic
def revoke_token(row: AccessToken, *, actor: Actor) -> AccessToken:
    """End a token at once; an ended one stays ended."""
    locked = AccessToken.objects.select_for_update().get(pk=row.pk)
    if locked.revoked_at is None:
        locked.change(revoked_at=timezone.now())
        audit.record(actor, "token.revoked", locked, system=str(actor.id))
    return locked
