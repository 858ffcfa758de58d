"""Which resources an actor may see."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from catalog.states import EVER_IN_FORCE, WITH_AUTHORITY


class CategoryQuerySet(models.QuerySet):
    """The tree of classes is the same for everybody."""

    def visible_to(self, actor: Actor) -> "CategoryQuerySet":
        """All of it."""
        return self.all()


class ResourceQuerySet(models.QuerySet):
    """What is in force is known to all departments (Order 809 Art. 16); drafts are the owner's."""

    def visible_to(self, actor: Actor) -> "ResourceQuerySet":
        """Resources once published, the own department's, for the authority what reached it."""
        seen = Q(code__isnull=False)
        if may(actor, Perm.RESOURCE_VIEW):
            seen |= Q(department_id=actor.department_id)
        if may_everywhere(actor, Perm.RESOURCE_VIEW):
            entries: Any = self.model._meta.get_field("entries").related_model
            # Asked row by row, and only of those that have no code.
            reached = entries.objects.filter(resource=OuterRef("pk"), state__in=WITH_AUTHORITY)
            seen |= Q(Exists(reached))
        return self.filter(seen)


class EntryQuerySet(models.QuerySet):
    """Versions of entries."""

    def visible_to(self, actor: Actor) -> "EntryQuerySet":
        """Versions once in force, the own department's, for the authority what reached it."""
        seen = Q(state__in=EVER_IN_FORCE)
        if may(actor, Perm.RESOURCE_VIEW):
            seen |= Q(department_id=actor.department_id)
        if may_everywhere(actor, Perm.RESOURCE_VIEW):
            seen |= Q(state__in=WITH_AUTHORITY)
        return self.filter(seen)


class KnownQuerySet(models.QuerySet):
    """Lists that are the same for everybody: code lists, data elements, synonyms."""

    def visible_to(self, actor: Actor) -> "KnownQuerySet":
        """All of them."""
        return self.all()


class ResourcePartQuerySet(models.QuerySet):
    """Rows of the owning department that the platform's roles see too."""

    def visible_to(self, actor: Actor) -> "ResourcePartQuerySet":
        """The own department's rows, or all of them for a platform role."""
        if may_everywhere(actor, Perm.RESOURCE_VIEW):
            return self.all()
        if may(actor, Perm.RESOURCE_VIEW):
            return self.filter(department_id=actor.department_id)
        return self.none()


class PlacementQuerySet(models.QuerySet):
    """Further classes of a resource: seen with the resource."""

    def visible_to(self, actor: Actor) -> "PlacementQuerySet":
        """Placements of the resources that the actor sees."""
        resources: Any = self.model._meta.get_field("resource").related_model
        return self.filter(resource_id__in=resources.objects.visible_to(actor).values("pk"))


class CommentQuerySet(models.QuerySet):
    """Comments on versions: the writers' and the reviewers', not the public's."""

    def visible_to(self, actor: Actor) -> "CommentQuerySet":
        """Those on the own department's versions; for a platform role, on what reached it."""
        if may_everywhere(actor, Perm.RESOURCE_VIEW):
            # One that its own head returned never reached the platform.
            reached = Q(entry__state="returned", entry__approved_at__isnull=False)
            return self.filter(Q(entry__state__in=WITH_AUTHORITY) | reached)
        if may(actor, Perm.RESOURCE_VIEW):
            return self.filter(entry__department_id=actor.department_id)
        return self.none()


class ImportQuerySet(models.QuerySet):
    """Imports and remembered mappings: of the department, or of the platform where it has none."""

    def visible_to(self, actor: Actor) -> "ImportQuerySet":
        """The own department's, or all of them for who may import everywhere."""
        if may_everywhere(actor, Perm.CATALOG_IMPORT):
            return self.all()
        if may(actor, Perm.CATALOG_IMPORT):
            return self.filter(department_id=actor.department_id)
        return self.none()


class ImportPartQuerySet(models.QuerySet):
    """Findings of an import: seen with the import."""

    def visible_to(self, actor: Actor) -> "ImportPartQuerySet":
        """Findings of the imports that the actor sees."""
        imports: Any = self.model._meta.get_field("catalog_import").related_model
        return self.filter(catalog_import_id__in=imports.objects.visible_to(actor).values("pk"))


class OwnSearchQuerySet(models.QuerySet):
    """Saved searches are their maker's own."""

    def visible_to(self, actor: Actor) -> "OwnSearchQuerySet":
        """The actor's own."""
        return self.filter(member_id=actor.id)


class LikenessQuerySet(models.QuerySet):
    """Pairs that look alike concern both departments."""

    def visible_to(self, actor: Actor) -> "LikenessQuerySet":
        """Pairs with a resource of the own department, or all of them for a platform role."""
        if may_everywhere(actor, Perm.LIKENESS_VIEW):
            return self.all()
        if may(actor, Perm.LIKENESS_VIEW):
            own = actor.department_id
            return self.filter(Q(left__department_id=own) | Q(right__department_id=own))
        return self.none()


class CampaignQuerySet(models.QuerySet):
    """Censuses are known to everybody who has a part in them."""

    def visible_to(self, actor: Actor) -> "CampaignQuerySet":
        """All of them, or none."""
        return self.all() if may(actor, Perm.CAMPAIGN_VIEW) else self.none()


class CampaignTaskQuerySet(models.QuerySet):
    """A department's part in a census."""

    def visible_to(self, actor: Actor) -> "CampaignTaskQuerySet":
        """The own department's, or all of them for a platform role."""
        if may_everywhere(actor, Perm.CAMPAIGN_VIEW):
            return self.all()
        if may(actor, Perm.CAMPAIGN_VIEW):
            return self.filter(department_id=actor.department_id)
        return self.none()


class DemandQuerySet(models.QuerySet):
    """Demands: of the department that asks, of the one that has to answer, of the authority."""

    def visible_to(self, actor: Actor) -> "DemandQuerySet":
        """Those that the actor's department made or has to answer; all for a platform role."""
        if may_everywhere(actor, Perm.DEMAND_VIEW):
            return self.all()
        if may(actor, Perm.DEMAND_VIEW):
            own = actor.department_id
            return self.filter(Q(department_id=own) | Q(routed_to_id=own))
        return self.none()
