"""The keys of stored bytes: one for the data of each resource that is graded so, under the masters.

A new master key re-wraps these rows and no stored byte is written again.
"""

import os
from base64 import b64decode, b64encode
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction

from catalog.models import Resource
from exchange.dataplane.errors import Terminal
from exchange.dataplane.sealed import KEYRING
from exchange.dataplane.sealed import DataKey as Opened
from exchange.models import DataKey
from kernel.sealing import Unsealable, seal, unseal

_BYTES = 32


def key_of(resource_id: UUID) -> Opened | None:
    """What bytes of the resource's data are sealed with now; None where its grade asks for none.

    Made at the first need.
    """
    if not is_graded(resource_id):
        return None
    cipher = settings.SEALING_CIPHER
    rows = DataKey.objects.filter(resource_id=resource_id, cipher=cipher).order_by("created_at")
    found = rows.values_list("pk", flat=True).first()
    return KEYRING.key(found) if found else _made(resource_id, cipher)


def is_graded(resource_id: UUID) -> bool:
    """Whether the entry in force has a grade of which stored bytes are sealed."""
    rows = Resource.objects.filter(pk=resource_id, published__data_grade__in=settings.SEALED_GRADES)
    return bool(settings.SEALED_GRADES) and rows.exists()


def load_key(key_id: UUID) -> Opened:
    """The data key with the id; Terminal ``data-key-missing`` where it cannot be opened here."""
    try:
        row = DataKey.objects.filter(pk=key_id).first()
    except DatabaseError:
        # A restore brings the files before the rows.
        row = None
    if row is None:
        raise Terminal("data-key-missing", f"there is no data key {key_id}")
    try:
        return Opened(row.pk, row.cipher, b64decode(unseal(row.sealed)))
    except Unsealable as closed:
        raise Terminal("data-key-missing", f"data key {key_id}: {closed.detail}") from None


def _made(resource_id: UUID, cipher: str) -> Opened:
    secret = os.urandom(_BYTES)
    row = DataKey.objects.create(
        resource_id=resource_id, cipher=cipher, sealed=seal(b64encode(secret).decode())
    )
    made = Opened(row.pk, cipher, secret)
    # Known only once it is here to stay: what a rolled back key sealed nobody could open.
    transaction.on_commit(lambda: KEYRING.add(made))
    return made
