"""Which rows of the exchange an actor may see, by model."""

from datetime import date
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere

RowsT = TypeVar("RowsT", bound=models.QuerySet[Any])


class DatasetQuerySet(models.QuerySet):
    """Datasets: the owner's, and those that a living grant opens to the actor's department."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _seen(self, actor, _owned_or_granted(""))

    def readable_by(self, actor: Actor) -> Self:
        """Those, and the datasets of which a grant of the department's is over or suspended.

        For who reads: what became of the grant is said in the refusal.
        """
        if not may(actor, Perm.RECORD_LOOKUP):
            return self.visible_to(actor)
        rows = self.model._base_manager
        held = rows.filter(resource__grants__department_id=actor.department_id)
        visible: Any = DatasetQuerySet(self.model).visible_to(actor)
        return self.filter(Q(pk__in=visible.values("pk")) | Q(pk__in=held.values("pk")))


class BatchQuerySet(models.QuerySet):
    """Batches of the datasets that one may see."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _seen(self, actor, _owned_or_granted("dataset__"))


class RequestQuerySet(models.QuerySet):
    """Sharing requests: the requester's and, once its own head agreed, the provider's."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        if may_everywhere(actor, Perm.REQUEST_VIEW):
            return self.all()
        if not may(actor, Perm.REQUEST_VIEW):
            return self.none()
        arrived = Q(provider_id=actor.department_id, agreed_at__isnull=False)
        return self.filter(Q(department_id=actor.department_id) | arrived)


class GrantQuerySet(models.QuerySet):
    """Grants, for both of their sides."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _both_sides(self, actor, "")

    def live(self) -> Self:
        """Grants in force today."""
        return self.filter(state="active", ends_on__gte=timezone.localdate())

    def unused(self, since: date) -> Self:
        """Grants in force, given before that day, under which nothing was read from it on."""
        used = Q(days__day__gte=since)
        return self.live().filter(created_at__date__lt=since).exclude(used)


class SubscriptionQuerySet(models.QuerySet):
    """Subscriptions, for both of their sides; a system sees its own."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        if actor.kind == "system":
            return _own_lanes(self, actor, "system_id")
        return _both_sides(self, actor, "grant__")


class DeliveryQuerySet(models.QuerySet):
    """Deliveries of the subscriptions that one may see."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        if actor.kind == "system":
            return _own_lanes(self, actor, "subscription__system_id")
        return _both_sides(self, actor, "subscription__grant__")


class UseEntryQuerySet(models.QuerySet):
    """The ledger of use, for both of its sides and those who supervise."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _sides(self, actor, Perm.USE_VIEW, "department_id", "provider_id")


class UseRecordQuerySet(models.QuerySet):
    """Records of use: the requester's, open to the provider and the authority (Art. 29)."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _sides(self, actor, Perm.USE_VIEW, "department_id", "grant__provider_id")


class ObjectionQuerySet(models.QuerySet):
    """Objections, for the two sides."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _sides(self, actor, Perm.REQUEST_VIEW, "department_id", "respondent_id")


class DisputeQuerySet(models.QuerySet):
    """Disputes, for the two sides."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        return _sides(self, actor, Perm.REQUEST_VIEW, "department_id", "respondent_id")


class ServiceChangeQuerySet(models.QuerySet):
    """Announcements: the provider's, and those that concern a grant of the department's."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        if may_everywhere(actor, Perm.REQUEST_VIEW):
            return self.all()
        if not may(actor, Perm.REQUEST_VIEW):
            return self.none()
        held = Q(dataset__resource__grants__department_id=actor.department_id)
        held |= Q(interface__resource__grants__department_id=actor.department_id)
        seen = self.model._base_manager.filter(Q(department_id=actor.department_id) | held)
        return self.filter(pk__in=seen.values("pk"))


class HookQuerySet(models.QuerySet):
    """A department's webhook for notices, for who opens it."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that the actor may see."""
        if not may(actor, Perm.HOOK_OPEN):
            return self.none()
        return self.filter(department_id=actor.department_id)


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
            return _own_lanes(self, actor, "subscription__system_id")
        return _both_sides(self, actor, "subscription__grant__")


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


def _sides(rows: RowsT, actor: Actor, perm: Perm, one: str, other: str) -> RowsT:
    if may_everywhere(actor, perm):
        return rows.all()
    if not may(actor, perm):
        return rows.none()
    return rows.filter(Q(**{one: actor.department_id}) | Q(**{other: actor.department_id}))


def _owned_or_granted(path: str) -> tuple[str, str]:
    return f"{path}department_id", f"{path}resource__grants"


def _seen(rows: RowsT, actor: Actor, paths: tuple[str, str]) -> RowsT:
    owner, grants = paths
    if may_everywhere(actor, Perm.DATASET_VIEW):
        return rows.all()
    if not may(actor, Perm.DATASET_VIEW):
        return rows.none()
    granted = Q(
        **{
            f"{grants}__department_id": actor.department_id,
            f"{grants}__state": "active",
            f"{grants}__ends_on__gte": timezone.localdate(),
        }
    )
    seen = rows.model.objects.filter(Q(**{owner: actor.department_id}) | granted)
    return rows.filter(pk__in=seen.values("pk"))


def _both_sides(rows: RowsT, actor: Actor, path: str) -> RowsT:
    if may_everywhere(actor, Perm.REQUEST_VIEW) or may_everywhere(actor, Perm.GRANT_REVOKE):
        return rows.all()
    if not (may(actor, Perm.REQUEST_VIEW) or may(actor, Perm.RECORD_LOOKUP)):
        return rows.none()
    return rows.filter(
        Q(**{f"{path}department_id": actor.department_id})
        | Q(**{f"{path}provider_id": actor.department_id})
    )


def _own_lanes(rows: RowsT, system: Actor, owner: str) -> RowsT:
    if not may(system, Perm.SUBSCRIPTION_READ):
        return rows.none()
    return rows.filter(**{owner: system.id})


def _own(rows: RowsT, actor: Actor, perm: Perm, owner: str) -> RowsT:
    if may_everywhere(actor, perm):
        return rows.all()
    if not may(actor, perm):
        return rows.none()
    return rows.filter(**{owner: actor.department_id})
