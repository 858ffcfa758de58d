"""Doors for signing in and out, and for asking who one is."""

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.passwords import change_password
from accounts.actions.secondfactors import factor_kinds, show_code
from accounts.actions.sessions import end_sign_in, end_sign_ins, open_token, sign_in, sign_out
from accounts.actor import Actor
from accounts.api.examples import PASSWORD, SIGN_IN
from accounts.api.serializers.people import (
    EndedOut,
    MeOut,
    OwnSignInOut,
    PasswordIn,
    SignInIn,
    SignInOut,
)
from accounts.models import Member, SessionToken, User
from accounts.permissions import ROLES
from accounts.signins import living
from kernel.api import ApiView, In, ReadView
from kernel.errors import Forbidden, Invalid


class SignInView(ApiView):
    """Open to everybody: a name and a password, and a code of who has a second factor."""

    model = User
    authentication_classes = ()
    permission_classes = ()
    out = SignInOut
    into = {"create": SignInIn}
    answers = {"create": {200: SignInOut}}
    examples = {"create": SIGN_IN}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Sign in. Five failures lock the name for half an hour at this address."""
        values, asked = self.read(request), request._request
        code = values.pop("code", "")
        user = sign_in(**values, request=asked)
        factor = show_code(user, code, request=asked) if factor_kinds(user) else ""
        token, secret = open_token(user, request=asked, factor=factor)
        answer = {
            "token": secret,
            "expires_at": token.expires_at,
            "name": user.name,
            "departments": _departments(user.pk),
        }
        return self.show(answer)


class SignOutView(ApiView):
    """Ends the sign-in that the call carries."""

    model = User
    without_department = True
    into = {"create": In}
    answers = {"create": {204: None}}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Sign out; the token is dead at once."""
        if not self.actor.is_person or not isinstance(request.auth, SessionToken):
            raise Invalid("only a person's session token can be signed out")
        sign_out(request.auth, request.auth.user, actor=self.actor)
        return Response(status=204)


class MeView(ApiView):
    """Who calls."""

    model = User
    without_department = True
    out = MeOut

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Who calls, for which department, with which permissions."""
        actor = self.actor
        answer = {
            "kind": actor.kind,
            "id": actor.id,
            "name": actor.name,
            "department_id": actor.department_id,
            "roles": sorted(actor.roles),
            "permissions": permissions_of(actor),
            "departments": _departments(actor.id) if actor.is_person else [],
        }
        return self.show(answer)


class PasswordView(ApiView):
    """One's own password."""

    model = User
    without_department = True
    into = {"create": PasswordIn}
    answers = {"create": {204: None}}
    examples = {"create": PASSWORD}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Change it; all sign-ins end, this one too."""
        if not self.actor.is_person:
            raise Forbidden("an information system has keys, no password")
        user = User.objects.get(pk=self.actor.id)
        change_password(user, actor=self.actor, **self.read(request))
        return Response(status=204)


class OwnSignInView(ReadView):
    """Where one is signed in."""

    model = SessionToken
    without_department = True
    out = OwnSignInOut
    into = {"end": In, "end_others": In}
    answers = {"end_others": {200: EndedOut}}

    def get_queryset(self) -> Any:
        """One's own sign-ins that still hold; an information system has none."""
        if not self.actor.is_person:
            return SessionToken.objects.none()
        return SessionToken.objects.filter(living(self.actor.id)).select_related("user")

    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """End one of them, at once."""
        self.read(request)
        return self.show(end_sign_in(self.get_object(), actor=self.actor))

    @action(detail=False, methods=["post"], url_path="end-others")
    def end_others(self, request: Request, **kwargs: Any) -> Response:
        """End all of them but the one that the call carries."""
        self.read(request)
        if not isinstance(request.auth, SessionToken):
            raise Forbidden("an information system has keys, no sign-ins")
        here = request.auth
        ended = end_sign_ins(here.user, actor=self.actor, keep=here)
        return Response({"ended": ended})


def permissions_of(actor: Actor) -> list[str]:
    """Everything that the actor's roles allow, in one list."""
    return sorted({perm.value for role in actor.roles for perm in ROLES[role].perms})


def _departments(user_id: object) -> list[Member]:
    members = Member.objects.active().filter(user_id=user_id).select_related("department")
    return list(members.order_by("pk"))
