"""Which resources an actor may see."""

from django.db import models
from django.db.models import Q

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
            seen |= Q(entries__state__in=WITH_AUTHORITY)
        # A subquery rather than a join, which would repeat a resource for each of its versions.
        return self.filter(pk__in=self.model._base_manager.filter(seen).values("pk"))


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
