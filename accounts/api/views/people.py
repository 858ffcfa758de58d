"""Doors to departments and members."""

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.departments import (
    change_department,
    close_department,
    register_department,
)
from accounts.actions.dormancy import reopen_account
from accounts.actions.members import (
    add_member,
    deactivate_member,
    grant_role,
    link_identity,
    revoke_role,
)
from accounts.actions.passwords import reset_password
from accounts.actions.secondfactors import reset_factors
from accounts.actions.sessions import end_sign_ins
from accounts.api.examples import DEPARTMENT, DEPARTMENT_CHANGE, MEMBER, ROLE
from accounts.api.examples_people import FACTORS_LOST, FIRST_PASSWORD, IDENTITY
from accounts.api.serializers.people import (
    DepartmentIn,
    DepartmentOut,
    FirstPasswordIn,
    IdentityIn,
    MemberIn,
    MemberOut,
    RoleIn,
)
from accounts.models import Department, Member
from kernel.api import In, ReadView, ReasonIn


class DepartmentView(ReadView):
    """The register of departments; every signed-in caller may read it."""

    model = Department
    out = DepartmentOut
    into = {"create": DepartmentIn, "partial_update": DepartmentIn, "close": In}
    filters = {
        "parent": "parent_id",
        "division_code": "division_code",
        "credit_code": "credit_code",
    }
    examples = {"create": DEPARTMENT, "partial_update": DEPARTMENT_CHANGE}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Register a department."""
        values = self._values(request)
        return self.show(register_department(actor=self.actor, values=values), status=201)

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Correct what the register says."""
        expected, values = self.expected(request), self._values(request)
        return self.show(
            change_department(self.get_object(), actor=self.actor, expected=expected, values=values)
        )

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Close a department; its people and systems can no longer act."""
        self.read(request)
        return self.show(close_department(self.get_object(), actor=self.actor))

    def _values(self, request: Request) -> dict[str, Any]:
        values = self.read(request)
        if values.get("parent"):
            values["parent"] = self.chosen(Department, "parent", values["parent"])
        return values


class MemberView(ReadView):
    """People in departments."""

    model = Member
    out = MemberOut
    into = {
        "create": MemberIn,
        "grant_role": RoleIn,
        "revoke_role": RoleIn,
        "deactivate": In,
        "reset_password": FirstPasswordIn,
        "reopen": In,
        "link_identity": IdentityIn,
        "end_sign_ins": In,
        "reset_factors": ReasonIn,
    }
    filters = {"department": "department_id", "username": "user__username"}
    related = ("user", "department")
    examples = {
        "create": MEMBER,
        "grant_role": ROLE,
        "revoke_role": ROLE,
        "reset_password": FIRST_PASSWORD,
        "link_identity": IDENTITY,
        "reset_factors": FACTORS_LOST,
    }

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a person to a department."""
        values = self.read(request)
        department = self.chosen(Department, "department", values.pop("department"))
        return self.show(add_member(department, actor=self.actor, **values), status=201)

    @action(detail=True, methods=["post"], url_path="grant-role")
    def grant_role(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Give a role."""
        role = self.read(request)["role"]
        return self.show(grant_role(self.get_object(), actor=self.actor, role=role))

    @action(detail=True, methods=["post"], url_path="revoke-role")
    def revoke_role(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take a role away, with effect on the next call."""
        role = self.read(request)["role"]
        return self.show(revoke_role(self.get_object(), actor=self.actor, role=role))

    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """End the membership."""
        self.read(request)
        return self.show(deactivate_member(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"], url_path="reset-password")
    def reset_password(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Give a first password again; the person chooses another one before anything else."""
        password = self.read(request)["password"]
        return self.show(reset_password(self.get_object(), actor=self.actor, password=password))

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Let somebody back whose account rests."""
        self.read(request)
        return self.show(reopen_account(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"], url_path="link-identity")
    def link_identity(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Say who the person is at the identity provider."""
        identity = self.read(request)["identity"]
        return self.show(link_identity(self.get_object(), actor=self.actor, identity=identity))

    @action(detail=True, methods=["post"], url_path="end-sign-ins")
    def end_sign_ins(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """End all sign-ins of the person, at once."""
        self.read(request)
        row = self.get_object()
        end_sign_ins(row.user, actor=self.actor)
        return self.show(row)

    @action(detail=True, methods=["post"], url_path="reset-factors")
    def reset_factors(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take the second factor of somebody who lost it away."""
        reason = self.read(request)["reason"]
        row = self.get_object()
        reset_factors(row.user, actor=self.actor, reason=reason)
        return self.show(row)
