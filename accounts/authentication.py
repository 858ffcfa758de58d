"""From a request to its Actor: keys of systems, tokens of people, sessions of the portal."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from rest_framework import authentication, permissions
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import keys, signins
from accounts.actor import NOBODY, Actor
from accounts.admission import admitted, client_address, require_usable
from accounts.callers import caller_of_key, caller_of_token
from accounts.errors import DepartmentUnclear, LockedOut
from accounts.lockout import lockout_seconds
from accounts.middleware import has_token
from accounts.models import Credential, Member, SessionToken, User
from accounts.permissions import Role
from kernel.errors import Forbidden
from kernel.kept import Kept
from kernel.problems import answer, refusal

if TYPE_CHECKING:
    from rest_framework.views import APIView

DEPARTMENT_HEADER = "X-Acting-Department"
SESSION_DEPARTMENT = "department_id"
LOCKED = 429
_MEMBERSHIPS = Kept(
    lambda user: (
        Member.objects.active().filter(user=user).select_related("department").order_by("pk")
    )
)


class BearerAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer <token>``; every call is checked against the database."""

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"

    def authenticate(self, request: Request) -> tuple[Actor, Credential | SessionToken] | None:
        """The actor and the token; None if the request carries no bearer token."""
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = token.strip()
        if token.startswith(keys.CREDENTIAL):
            return _system_actor(token, request)
        if token.startswith(keys.TOKEN):
            return _token_actor(token, request)
        if token.startswith(keys.SESSION):
            return _person_actor(token, request)
        if token.startswith((keys.SIGNING, keys.CLIENT)):
            raise AuthenticationFailed("this secret is no token; issue a new one, this was shown")
        raise AuthenticationFailed("the bearer token is unknown")


class SessionAuthentication(authentication.SessionAuthentication):
    """A person's portal session, with Django's CSRF check."""

    def authenticate(self, request: Request) -> tuple[Actor, SessionToken] | None:
        """The actor and the sign-in; None if nobody is signed in to the portal."""
        user = getattr(request._request, "user", None)
        if not isinstance(user, User) or not user.is_active:
            return None
        token = signins.of_browser(request._request, user)
        if token is None:
            return None
        self.enforce_csrf(request)
        chosen = request.headers.get(DEPARTMENT_HEADER) or request.session.get(SESSION_DEPARTMENT)
        return person_actor(user, chosen, client_address(request)), token


class SignedIn(permissions.BasePermission):
    """Nobody is refused with 401, a person who has not said for which department with 409, one
    who owes a password of their own or a second factor with 403.

    A view may set ``without_department`` when it serves a person before all that.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the request may reach the view."""
        actor = request.user
        if not isinstance(actor, Actor) or not actor.is_authenticated:
            return False
        if getattr(view, "without_department", False):
            return True
        if actor.department_id is None:
            raise DepartmentUnclear(
                f"name one of your departments in the header {DEPARTMENT_HEADER}",
                departments=departments_of(actor.id),
            )
        auth = request.auth
        debt = signins.owed(auth, actor.roles) if isinstance(auth, SessionToken) else None
        if debt is not None:
            raise debt
        return True


class ActorMiddleware:
    """Gives the portal ``request.actor``: the person of the session, or NOBODY."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if has_token(request):
            return self.get_response(request)
        user = request.user
        request.actor = SimpleLazyObject(lambda: _portal_actor(request, user))  # type: ignore[attr-defined]
        return self.get_response(request)


def person_actor(user: User, department: object, address: str) -> Actor:
    """The person, for the named department or their only one; Forbidden if it is not theirs."""
    return _acting(user, memberships(user, department), address)


def memberships(user: User, department: object) -> list[Member]:
    """The person's memberships, or the one in the named department; Forbidden if there is none."""
    members: list[Member] = _MEMBERSHIPS(user=user.pk)
    if not members:
        raise AuthenticationFailed("this person belongs to no department any more")
    if department:
        members = [m for m in members if str(m.department_id) == str(department).lower()]
        if not members:
            raise Forbidden(f"you do not belong to the department that {DEPARTMENT_HEADER} names")
    return members


def _acting(user: User, members: list[Member], address: str) -> Actor:
    person = Actor(kind="person", id=user.pk, name=user.name, address=address)
    if len(members) > 1:
        return person
    roles = frozenset(Role(role) for role in members[0].roles)
    return replace(person, department_id=members[0].department_id, roles=roles)


def departments_of(user_id: UUID | None) -> list[dict[str, str]]:
    """The departments that a person may act for, by id and name."""
    members = Member.objects.active().filter(user_id=user_id).select_related("department")
    return [
        {"id": str(member.department_id), "name": member.department.name}
        for member in members.order_by("pk")
    ]


def lockout_response(
    request: HttpRequest, original: HttpResponse | None, credentials: object
) -> HttpResponse:
    """What axes answers when a name is locked: our refusal, made here if no view made it."""
    if original is not None and original.status_code == LOCKED:
        return original
    return answer(refusal(LockedOut(retry_after=lockout_seconds())), request)


def _system_actor(token: str, request: Request) -> tuple[Actor, Credential]:
    caller = caller_of_key(keys.credential_prefix(token))
    if caller is None or not keys.is_same(token, caller.credential.digest):
        raise AuthenticationFailed("the credential is unknown")
    return admitted(caller, request), caller.credential


def _token_actor(token: str, request: Request) -> tuple[Actor, Credential]:
    caller = caller_of_token(token)
    if caller is None:
        raise AuthenticationFailed("the token is unknown")
    return admitted(caller, request), caller.credential


def _person_actor(token: str, request: Request) -> tuple[Actor, SessionToken]:
    row = SessionToken.objects.select_related("user").filter(digest=keys.digest(token)).first()
    if row is None or not keys.is_same(token, row.digest):
        raise AuthenticationFailed("the session token is unknown")
    require_usable("session token", row)
    if not row.user.is_active:
        raise AuthenticationFailed("this account is closed")
    if signins.is_idle(row):
        raise AuthenticationFailed("the session token ended because it was not used")
    signins.note_use(row)
    chosen = request.headers.get(DEPARTMENT_HEADER)
    return person_actor(row.user, chosen, client_address(request)), row


def _portal_actor(request: HttpRequest, user: object) -> Actor:
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    token = signins.of_browser(request, user)
    if token is None:
        return NOBODY
    request.sign_in = token  # type: ignore[attr-defined]
    try:
        members = memberships(user, request.session.get(SESSION_DEPARTMENT))
    except AuthenticationFailed:
        return NOBODY
    except Forbidden:
        # The membership ended after it was chosen.
        members = memberships(user, None)
    request.member = members[0]  # type: ignore[attr-defined]
    return _acting(user, members, client_address(request))
