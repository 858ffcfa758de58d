"""Secrets sealed anew, when the first of the master keys is another one."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from kernel.sealing import fingerprints


@transaction.atomic
def reseal_values(
    model: type[Model], *, actor: Actor, column: str, values: Iterable[tuple[Any, str, str]]
) -> int:
    """Put each new value in the place of the old one, by (id of the row, old, new); how many.

    What changed meanwhile stays as it is: it was sealed with the first key then.
    """
    require(actor, Perm.CREDENTIAL_REVOKE)
    deeds: list[tuple[Model, dict[str, Any]]] = []
    for pk, old, new in values:
        if model._base_manager.filter(pk=pk, **{column: old}).update(**{column: new}):
            deeds.append((model(pk=pk), {"column": column, "key": fingerprints()[0]}))
    audit.record_all(actor, "secret.resealed", deeds)
    return len(deeds)
