"""Who a name and a password, or a session, belongs to."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend

from accounts.models import User
from kernel.kept import Kept

_OF_SESSION = Kept(lambda key: User.objects.filter(pk=key))


class PeopleBackend(ModelBackend):
    """Django's; the person of a session, whom every page asks for, by a statement made once."""

    def get_user(self, user_id: UUID) -> Any:
        """The person with this id, or None where there is none who may sign in."""
        found = _OF_SESSION(key=user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


# Where a session keeps by whom its person was found.
BACKEND = f"{PeopleBackend.__module__}.{PeopleBackend.__qualname__}"
