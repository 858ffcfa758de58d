"""Doors for auditors: the role table and the trail."""

from typing import Any

from django.db.models.expressions import RawSQL
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.trailchecks import verify_trail
from accounts.api.serializers.duties import AuditEventOut, HoldingOut
from accounts.api.serializers.lists import TrailStatusOut, TrailVerdictOut
from accounts.models import AuditEvent, Member
from accounts.permissions import ROLES, Perm
from accounts.policy import require
from accounts.trail import trail_status
from kernel.api import ApiView, ReadView
from kernel.paging import WholeList

_BLOCK = (
    "(SELECT min(number) FROM accounts_evidenceblock b"
    " WHERE b.ledger = 'trail' AND b.ids @> accounts_auditevent.id)"
)


class PermissionView(ApiView):
    """Which role may do what."""

    model = Member
    out = HoldingOut
    pagination_class = WholeList

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
    answers = {"status": {200: TrailStatusOut}, "verify": {200: TrailVerdictOut}}

    def get_queryset(self) -> Any:
        """Each with the block in which it is sealed."""
        return super().get_queryset().annotate(block=RawSQL(_BLOCK, []))  # noqa: S611 - no values

    @action(detail=False, methods=["get"])
    def status(self, request: Request, **kwargs: Any) -> Response:
        """How far the trail is sealed, and what its last verification said."""
        require(self.actor, Perm.AUDIT_VIEW)
        return Response(TrailStatusOut(trail_status()).data)

    @action(detail=False, methods=["post"])
    def verify(self, request: Request, **kwargs: Any) -> Response:
        """Recompute the whole chain now and compare it with the checkpoints; recorded."""
        return Response(TrailVerdictOut(verify_trail(actor=self.actor)).data)
