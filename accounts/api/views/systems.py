"""Doors to information systems: their life, their filing, and their credentials."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.credentials import issue_credential, revoke_credential, set_access
from accounts.actions.filings import (
    accept_filing,
    likeness_facts,
    return_filing,
    similar_systems,
    submit_filing,
)
from accounts.actions.registers import change_system, register_system
from accounts.actions.systems import (
    commission_system,
    construct_system,
    keep_system,
    merge_system,
    resume_system,
    retire_system,
    suspend_system,
    try_system,
)
from accounts.api import examples
from accounts.api.serializers.registers import SimilarOut
from accounts.api.serializers.systems import (
    AccessIn,
    AccessOut,
    CredentialIn,
    CredentialIssuedOut,
    CredentialOut,
    FilingIn,
    MergeIn,
    MoveIn,
    SystemChangeIn,
    SystemIn,
    SystemOut,
)
from accounts.models import Credential, Department, InformationSystem, SystemAccess
from accounts.permissions import Perm
from accounts.policy import may
from kernel.api import ApiView, In, ReadView, ReasonIn
from kernel.errors import Invalid
from kernel.paging import WholeList

MOVES: dict[str, Callable[..., InformationSystem]] = {
    "construct": construct_system,
    "try_": try_system,
    "commission": commission_system,
    "suspend": suspend_system,
    "resume": resume_system,
    "keep": keep_system,
    "retire": retire_system,
}
LONGEST_QUESTION = 100


class RegisterView(ApiView):
    """Systems of the register, found by its filters."""

    model = InformationSystem
    out = SystemOut
    filters = {
        "department": "department_id",
        "state": "state",
        "network": "network",
        "owner_level": "owner_level",
        "filing_state": "filing_state",
        "level": "",
        "q": "",
    }
    related = ("department", "verdict")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The systems that match: ``q`` stands in name or code, ``level`` is the verdict's."""
        rows, asked = super().filter_queryset(queryset), self.request.query_params
        if "q" in asked:
            words = asked["q"].strip()
            if len(words) > LONGEST_QUESTION:
                raise Invalid.field("q", f"at most {LONGEST_QUESTION} characters", "too-long")
            rows = rows.filter(Q(name__icontains=words) | Q(code__icontains=words))
        if "level" in asked:
            rows = rows.filter(verdict__level=asked["level"])
            # Who may not see verdicts learns nothing from the filter either.
            rows = rows if may(self.actor, Perm.ZOMBIE_VIEW) else rows.none()
        return rows


class SystemView(RegisterView, ReadView):
    """The register of information systems (政务信息系统)."""

    into = {
        "create": SystemIn,
        "partial_update": SystemChangeIn,
        **dict.fromkeys(MOVES, MoveIn),
        "merge": MergeIn,
        "file": FilingIn,
        "accept": In,
        "return_": ReasonIn,
    }
    answers = {"similar": SimilarOut(many=True)}
    examples = {
        "create": examples.SYSTEM_NEW,
        "partial_update": examples.SYSTEM_CHANGE,
        **dict.fromkeys(MOVES, examples.SYSTEM_MOVE),
        "merge": examples.SYSTEM_MERGE,
        "file": examples.FILING,
        "return_": examples.FILING_RETURN,
    }

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Register a system."""
        values = self.read(request)
        department = self.chosen(Department, "department", values.pop("department"))
        return self.show(register_system(department, actor=self.actor, **values), status=201)

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Correct what the register says; every change is a version and says why."""
        expected, values = self.expected(request), self.read(request)
        message = values.pop("change_message")
        row = change_system(
            self.get_object(),
            actor=self.actor,
            expected=expected,
            values=values,
            change_message=message,
        )
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
    def merge(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The department begins to merge it into another system that it sees."""
        row, values = self.get_object(), self.read(request)
        into = self.chosen(InformationSystem, "into", values.pop("into"))
        return self.show(merge_system(row, actor=self.actor, into=into, **values))

    @action(detail=True, methods=["post"])
    def keep(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """A merge that the department began by itself ends."""
        return self._move(request)

    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take it out of service for good; its keys are revoked."""
        return self._move(request)

    @action(detail=True, methods=["post"])
    def file(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Hand in the filing (备案); everything that it lacks is answered at once."""
        return self.show(submit_filing(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority enters the filing."""
        self.read(request)
        return self.show(accept_filing(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"], url_path="return")
    def return_(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority hands the filing back with the reason."""
        return self.show(return_filing(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["get"], pagination_class=WholeList)
    def similar(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Systems anywhere that seem to do the same, the likest first."""
        return Response({"items": likeness_facts(similar_systems(self.get_object()))})

    def _move(self, request: Request) -> Response:
        values = self.read(request)
        return self.show(MOVES[self.action](self.get_object(), actor=self.actor, **values))


class SystemCredentialView(ApiView):
    """The credentials of one system."""

    model = Credential
    out = CredentialOut
    into = {"create": CredentialIn}
    answers = {"create": {201: CredentialIssuedOut}}
    hidden = ("secret",)
    examples = {"create": examples.CREDENTIAL}

    def list(self, request: Request, system_pk: str, **kwargs: Any) -> Response:
        """The keys of the system, without secrets."""
        rows = self.get_queryset().filter(system=self._system(system_pk))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.out(page, many=True).data)

    def create(self, request: Request, system_pk: str, **kwargs: Any) -> Response:
        """Issue a key; the secret is in this answer and nowhere else."""
        values, system = self.read(request), self._system(system_pk)
        row, secret = issue_credential(system, actor=self.actor, **values)
        return self.show(row, status=201, secret=secret)

    def _system(self, pk: str) -> InformationSystem:
        return self.fetch(InformationSystem.objects.visible_to(self.actor), pk)


class SystemAccessView(ApiView):
    """How the calls of a system must come: signed, from where, with which certificate."""

    model = SystemAccess
    out = AccessOut
    into = {"update": AccessIn}
    examples = {"update": examples.ACCESS}
    unconditional = True

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """What calls of the system must keep; nothing where nothing was set."""
        system = self._system(pk)
        return self.show(getattr(system, "access", None) or SystemAccess(system=system))

    def update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Set what calls must keep from the next one on, with every key of the system."""
        values, system = self.read(request), self._system(pk)
        return self.show(set_access(system, actor=self.actor, **values))

    def _system(self, pk: str) -> InformationSystem:
        rows = InformationSystem.objects.visible_to(self.actor).select_related("access")
        return self.fetch(rows, pk)


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
