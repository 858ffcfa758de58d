"""Two administrators at the server's own keyboard: who they are is proved before a deed."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.actions.secondfactors import factor_kinds, show_code
from accounts.actor import Actor
from accounts.errors import SamePerson, WrongPassword
from accounts.models import Member, User
from accounts.permissions import Role
from kernel.errors import Forbidden
from kernel.texts import Text


class Witness(NamedTuple):
    """What one of the two types."""

    username: str
    password: str
    code: str = ""


def attest(witnesses: Iterable[Witness], *, deed: str, roles: tuple[Role, Role]) -> list[User]:
    """The two people, each proved by password and second factor, who hold one role each.

    Forbidden, with a trace, where one of them is not who they say, lacks the role, or is the other.
    """
    people = [_proved(Witness(*told), deed) for told in witnesses]
    if len(people) != 2 or people[0].pk == people[1].pk:
        raise SamePerson("two different people have to be there")
    held = [_roles(user) for user in people]
    if not any(a in held[0] and b in held[1] for a, b in (roles, roles[::-1])):
        raise Forbidden(
            Text("a holder of each of these roles is needed: {roles}", roles=[*map(str, roles)])
        )
    with transaction.atomic():
        for user in people:
            audit.record(_actor(user), "deed.attested", user, deed=deed)
    return people


def _proved(told: Witness, deed: str) -> User:
    user = User.objects.filter(username=told.username, is_active=True).first()
    if user is None or not user.check_password(told.password):
        if user is not None:
            audit.record(_actor(user), "deed.attestation_refused", user, deed=deed)
        raise WrongPassword()
    if factor_kinds(user):
        show_code(user, told.code, request=HttpRequest())
    return user


def _roles(user: User) -> set[str]:
    rows = Member.objects.active().filter(user=user).values_list("roles", flat=True)
    return {role for roles in rows for role in roles}


def _actor(user: User) -> Actor:
    return Actor(kind="person", id=user.pk, name=user.name, address="")
