"""Actors and API clients for tests: people in departments, systems with keys."""

from __future__ import annotations

from rest_framework.test import APIClient

from accounts.actor import Actor
from accounts.models import Department, InformationSystem, Member, User
from accounts.permissions import Role
from tests.factories.accounts import (
    CredentialFactory,
    DepartmentFactory,
    MemberFactory,
    SessionTokenFactory,
)


def member_with(roles: tuple[str, ...], department: Department | None) -> Member:
    """A new person who holds the roles in the department (a new one if none is named)."""
    return MemberFactory(
        department=department or DepartmentFactory(), roles=[Role(role).value for role in roles]
    )


def actor_for(who: Member | InformationSystem) -> Actor:
    """The actor that a request of this person or system would have."""
    if isinstance(who, InformationSystem):
        roles = frozenset({Role.SYSTEM})
        return Actor("system", who.pk, who.name, who.department_id, roles)
    roles = frozenset(Role(role) for role in who.roles)
    return Actor("person", who.user_id, who.user.name, who.department_id, roles)


def client_for(who: Member | InformationSystem | Actor | None) -> APIClient:
    """An API client with a real bearer token of its own; without one for None."""
    client = APIClient()
    if who is None:
        return client
    actor = who if isinstance(who, Actor) else actor_for(who)
    headers = {}
    if actor.kind == "system":
        secret = CredentialFactory(system=InformationSystem.objects.get(pk=actor.id)).secret
    else:
        secret = SessionTokenFactory(user=User.objects.get(pk=actor.id)).secret
        headers["HTTP_X_ACTING_DEPARTMENT"] = str(actor.department_id)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}", **headers)
    return client
