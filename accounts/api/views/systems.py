"""Doors to information systems and their credentials."""

from collections.abc import Callable
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.credentials import issue_credential, revoke_credential
from accounts.actions.systems import (
    change_system,
    commission_system,
    construct_system,
    register_system,
    resume_system,
    retire_system,
    suspend_system,
    try_system,
)
from accounts.api.examples import CREDENTIAL, SYSTEM_CHANGE, SYSTEM_NEW
from accounts.api.serializers.systems import (
    CredentialIn,
    CredentialIssuedOut,
    CredentialOut,
    SystemChangeIn,
    SystemIn,
    SystemOut,
)
from accounts.models import Credential, Department, InformationSystem
from kernel.api import ApiView, In, ReadView

MOVES: dict[str, Callable[..., InformationSystem]] = {
    "construct": construct_system,
    "try_": try_system,
    "commission": commission_system,
    "suspend": suspend_system,
    "resume": resume_system,
    "retire": retire_system,
}


class SystemView(ReadView):
    """The register of information systems (政务信息系统)."""

    model = InformationSystem
    out = SystemOut
    into = {
        "create": SystemIn,
        "partial_update": SystemChangeIn,
        **dict.fromkeys(MOVES, In),
    }
    filters = {"department": "department_id", "state": "state"}
    examples = {"create": SYSTEM_NEW, "partial_update": SYSTEM_CHANGE}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Register a system."""
        values = self.read(request)
        department = self.chosen(Department, "department", values.pop("department"))
        return self.show(register_system(department, actor=self.actor, **values), status=201)

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Correct what the register says."""
        expected, values = self.expected(request), self.read(request)
        row = change_system(self.get_object(), actor=self.actor, expected=expected, values=values)
        return self.show(row)

    @action(detail=True, methods=["post"])
    def construct(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Building begins."""
        return self._move(request)

    @action(detail=True, methods=["post"], url_path="try")
    def try_(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The trial run begins."""
        return self._move(request)

    @action(detail=True, methods=["post"])
    def commission(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Regular operation begins."""
        return self._move(request)

    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The system stands still; its keys open nothing."""
        return self._move(request)

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Operation goes on."""
        return self._move(request)

    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take it out of service for good; its keys are revoked."""
        return self._move(request)

    def _move(self, request: Request) -> Response:
        self.read(request)
        return self.show(MOVES[self.action](self.get_object(), actor=self.actor))


class SystemCredentialView(ApiView):
    """The credentials of one system."""

    model = Credential
    out = CredentialOut
    into = {"create": CredentialIn}
    answers = {"create": {201: CredentialIssuedOut}}
    hidden = ("secret",)
    examples = {"create": CREDENTIAL}

    def list(self, request: Request, system_pk: str, **kwargs: Any) -> Response:
        """The keys of the system, without secrets."""
        rows = self.get_queryset().filter(system=self._system(system_pk))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.out(page, many=True).data)

    def create(self, request: Request, system_pk: str, **kwargs: Any) -> Response:
        """Issue a key; the secret is in this answer and nowhere else."""
        days = self.read(request)["days"]
        row, secret = issue_credential(self._system(system_pk), actor=self.actor, days=days)
        return self.show(row, status=201, secret=secret)

    def _system(self, pk: str) -> InformationSystem:
        return self.fetch(InformationSystem.objects.visible_to(self.actor), pk)


class CredentialView(ReadView):
    """Credentials of all systems that the actor may revoke keys of."""

    model = Credential
    out = CredentialOut
    into = {"revoke": In}
    filters = {"system": "system_id"}
    related = ("system",)

    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Close the key at once."""
        self.read(request)
        return self.show(revoke_credential(self.get_object(), actor=self.actor))
