"""Which uploads, connectors, sync jobs, attempts and service interfaces an actor may see."""

from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere

RowsT = TypeVar("RowsT", bound=models.QuerySet[Any])


class UploadQuerySet(models.QuerySet):
    """Uploads: of whoever began them, if it may still publish."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        if not may(actor, Perm.BATCH_PUBLISH):
            return self.none()
        return self.filter(publisher_id=actor.id)


class ConnectorQuerySet(models.QuerySet):
    """Connectors: the department's own."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _own(self, actor, Perm.CONNECTOR_VIEW, "department_id")


class SyncJobQuerySet(models.QuerySet):
    """Sync jobs: the department's own."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _own(self, actor, Perm.SYNC_VIEW, "department_id")


class SyncRunQuerySet(models.QuerySet):
    """Runs of the department's own sync jobs."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _own(self, actor, Perm.SYNC_VIEW, "job__department_id")


class AttemptQuerySet(models.QuerySet):
    """Attempts to deliver, for both sides of the subscription; a system sees its own."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        if actor.kind == "system":
            return self.filter(subscription__system_id=actor.id)
        if may_everywhere(actor, Perm.REQUEST_VIEW) or may_everywhere(actor, Perm.GRANT_REVOKE):
            return self.all()
        if not may(actor, Perm.REQUEST_VIEW):
            return self.none()
        receiver = Q(subscription__grant__department_id=actor.department_id)
        provider = Q(subscription__grant__provider_id=actor.department_id)
        return self.filter(receiver | provider)


class ServiceInterfaceQuerySet(models.QuerySet):
    """Service interfaces: the provider's, and those that a living grant opens."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        if may_everywhere(actor, Perm.INTERFACE_VIEW):
            return self.all()
        if not may(actor, Perm.INTERFACE_VIEW):
            return self.none()
        granted = Q(
            resource__grants__department_id=actor.department_id,
            resource__grants__state="active",
            resource__grants__ends_on__gte=timezone.localdate(),
        )
        rows = self.model._base_manager
        seen = rows.filter(Q(department_id=actor.department_id) | granted)
        return self.filter(pk__in=seen.values("pk"))

    def callable_by(self, actor: Actor) -> Self:
        """Those, and the ones of which a grant of the department's is over or suspended.

        For who calls: what became of the grant is said in the refusal.
        """
        visible: Any = ServiceInterfaceQuerySet(self.model).visible_to(actor)
        if not may(actor, Perm.INTERFACE_CALL):
            return self.filter(pk__in=visible.values("pk"))
        held = self.model._base_manager.filter(resource__grants__department_id=actor.department_id)
        return self.filter(Q(pk__in=visible.values("pk")) | Q(pk__in=held.values("pk")))


class GatewayKeyQuerySet(models.QuerySet):
    """Gateway keys of the department's systems, for who may revoke them."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _own(self, actor, Perm.CREDENTIAL_REVOKE, "department_id")


def _own(rows: RowsT, actor: Actor, perm: Perm, owner: str) -> RowsT:
    if may_everywhere(actor, perm):
        return rows.all()
    if not may(actor, perm):
        return rows.none()
    return rows.filter(**{owner: actor.department_id})
