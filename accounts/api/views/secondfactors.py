"""Doors to one's own second factors; security keys are a browser's alone."""

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.secondfactors import begin_app, confirm_app, drop_factor, renew_codes
from accounts.api.examples_people import APP_CODE, OWN_PASSWORD
from accounts.api.serializers.people import (
    AppCodeIn,
    AppOut,
    CodesOut,
    OwnPasswordIn,
    SecondFactorOut,
)
from accounts.models import SecondFactor, SessionToken, User
from accounts.secondfactors import app_address
from kernel.api import In, ReadView
from kernel.errors import Forbidden


class SecondFactorView(ReadView):
    """What one shows at a sign-in besides the password."""

    model = SecondFactor
    without_department = True
    out = SecondFactorOut
    into = {"begin_app": In, "confirm_app": AppCodeIn, "renew_codes": In, "drop": OwnPasswordIn}
    answers = {
        "begin_app": {200: AppOut},
        "confirm_app": {200: CodesOut},
        "renew_codes": {200: CodesOut},
        "drop": {204: None},
    }
    hidden = ("secret", "address", "codes")
    examples = {"confirm_app": APP_CODE, "drop": OWN_PASSWORD}

    def get_queryset(self) -> Any:
        """One's own that count, but for the codes on paper; an information system has none."""
        if not self.actor.is_person:
            return SecondFactor.objects.none()
        rows = SecondFactor.objects.filter(user_id=self.actor.id).exclude(confirmed_at=None)
        return rows.exclude(kind=SecondFactor.Kind.RECOVERY).select_related("user")

    @action(detail=False, methods=["post"], url_path="begin-app")
    def begin_app(self, request: Request, **kwargs: Any) -> Response:
        """A secret for an authenticator app; it counts once a code confirms it."""
        self.read(request)
        person = self._person()
        _row, secret = begin_app(person, actor=self.actor, here=self._here())
        return Response({"secret": secret, "address": app_address(secret, person.username)})

    @action(detail=False, methods=["post"], url_path="confirm-app")
    def confirm_app(self, request: Request, **kwargs: Any) -> Response:
        """The app's first code; the codes for paper are in this answer and nowhere else."""
        code = self.read(request)["code"]
        codes = confirm_app(self._person(), actor=self.actor, code=code, here=self._here())
        return Response({"codes": codes})

    @action(detail=False, methods=["post"], url_path="renew-codes")
    def renew_codes(self, request: Request, **kwargs: Any) -> Response:
        """New codes for paper; those of before open nothing any more."""
        self.read(request)
        return Response({"codes": renew_codes(self._person(), actor=self.actor)})

    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Give one up, knowing the password."""
        password = self.read(request)["password"]
        drop_factor(self.get_object(), actor=self.actor, password=password)
        return Response(status=204)

    def _here(self) -> SessionToken | None:
        here = self.request.auth
        return here if isinstance(here, SessionToken) else None

    def _person(self) -> User:
        if not self.actor.is_person:
            raise Forbidden("an information system has keys, no second factor")
        return User.objects.get(pk=self.actor.id)
