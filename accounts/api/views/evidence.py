"""Doors for auditors: the role table and the trail."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers.duties import AuditEventOut, HoldingOut
from accounts.models import AuditEvent, Member
from accounts.permissions import ROLES
from kernel.api import ApiView, ReadView


class PermissionView(ApiView):
    """Which role may do what."""

    model = Member
    out = HoldingOut
    pagination_class = None

    def list(self, request: Request, **kwargs: Any) -> Response:
        """The whole table."""
        table = [
            {
                "role": role.value,
                "everywhere": holding.everywhere,
                "permissions": sorted(perm.value for perm in holding.perms),
            }
            for role, holding in ROLES.items()
        ]
        return Response({"items": self.out(table, many=True).data})


class AuditEventView(ReadView):
    """The audit trail, newest first; for auditors."""

    model = AuditEvent
    out = AuditEventOut
    filters = {
        "verb": "verb",
        "actor": "actor_id",
        "subject_id": "subject_id",
        "subject_type": "subject_type",
        "department": "department_id",
        "request_id": "request_id",
    }
    related = ("seal",)
