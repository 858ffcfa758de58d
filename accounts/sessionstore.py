"""Sessions of the portal, kept so that a copy of the database opens none of them.

The cookie holds the key; the row bears only its digest.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from kernel.kept import Kept

# Of 64 digits those that the column takes: 160 bits.
_DIGITS = 40
_ALIVE = Kept(lambda key, now: Session.objects.filter(expire_date__gt=now, session_key=key))


class SessionStore(DatabaseStore):
    """Django's sessions in the database, under digests of their keys."""

    def exists(self, session_key: str) -> bool:
        """Whether there is a session with the key."""
        return bool(super().exists(kept_as(session_key)))

    def create_model_instance(self, data: dict[str, object]) -> Any:
        """The row of the session."""
        row = super().create_model_instance(data)
        row.session_key = kept_as(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Remove the session; nothing happens if it is not there."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=kept_as(key)).delete()

    def _get_session_from_db(self) -> Session | None:
        found = _ALIVE(key=kept_as(self.session_key or ""), now=timezone.now())
        if not found:
            self._session_key = None
            return None
        session: Session = found[0]
        return session


def kept_as(session_key: str) -> str:
    """What stands in the row of the session with this key."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:_DIGITS]
