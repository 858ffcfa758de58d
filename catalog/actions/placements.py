"""Further classes of a resource (一个资源挂接多个类目), each with a code of its own."""

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may_everywhere, require
from catalog.codes import holds_resources
from catalog.errors import CategoryInvalid, PlacementFixed, PlacementTaken
from catalog.models import Category, Placement, Resource
from catalog.numbering import take_codes
from catalog.search import indexing
from catalog.versions import hold
from kernel.errors import NotFound
from kernel.texts import Text


@transaction.atomic
def place_resource(resource: Resource, *, actor: Actor, category: Category) -> Placement:
    """Hang a resource under a further class.

    The code there is the authority's to give: at the resource's next publication, or at once if
    the authority places a resource that is in force.
    """
    require(actor, Perm.RESOURCE_PLACE, resource.department_id)
    if not holds_resources(category.code):
        raise CategoryInvalid.field(
            "category", "choose a class of the second level (项, 3 digits) or below", "too-high"
        )
    held = hold(resource)
    if held.category_id == category.pk:
        raise PlacementTaken("it is the class that its first code begins with")
    code = None
    if held.published_id is not None and may_everywhere(actor, Perm.RESOURCE_PLACE):
        code = take_codes({category.pk: 1})[category.pk][0]
    try:
        with transaction.atomic():
            made = Placement.objects.create(resource=held, category=category, code=code)
    except IntegrityError as taken:
        raise PlacementTaken(
            Text("its class {code} is given already", code=category.code)
        ) from taken
    held.change()
    if code is not None:
        indexing.refresh([held.pk])
    audit.record(actor, "resource.placed", held, category=category.code, code=code)
    return made


@transaction.atomic
def unplace_resource(resource: Resource, *, actor: Actor, category: Category) -> None:
    """Give a further class up that has no code yet; a code once given is never given up."""
    require(actor, Perm.RESOURCE_PLACE, resource.department_id)
    held = hold(resource)
    place = held.placements.filter(category=category).first()
    if place is None:
        raise NotFound("the resource is not placed there")
    if place.code is not None:
        raise PlacementFixed(
            Text("its code there is {code}", code=place.code), code_given=place.code
        )
    place.delete()
    held.change()
    audit.record(actor, "resource.unplaced", held, category=category.code)
