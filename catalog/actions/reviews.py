"""The decisions on a version: the head approves, the authority reviews and publishes."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.obligations import meet_obligation, open_obligation
from accounts.actor import Actor
from accounts.models import Member
from accounts.permissions import Perm, Role
from accounts.policy import require, require_another
from catalog.actions.adjustments import follow_adjustments
from catalog.errors import NoAuthority
from catalog.models import Entry, Resource
from catalog.numbering import take_codes
from catalog.search import indexing
from catalog.states import ENTRY
from catalog.versions import hold, in_progress

# Whose turn it is may send the version back instead.
_TURN = {
    "submitted": Perm.RESOURCE_APPROVE,
    "approved": Perm.RESOURCE_REVIEW,
    "reviewed": Perm.RESOURCE_PUBLISH,
}


@transaction.atomic
def approve_resource(resource: Resource, *, actor: Actor) -> Entry:
    """The department's head agrees (Art. 13); the authority has it now, and its clock starts."""
    require(actor, Perm.RESOURCE_APPROVE, resource.department_id)
    held = hold(resource)
    entry = in_progress(held)
    require_another(actor, entry.submitted_by)
    now = timezone.now()
    ENTRY.move(entry, "approve", approved_by=actor.id, approved_at=now)
    open_obligation(
        "C2", entry, actor=actor, department_id=_authority_department_id(), started_at=now
    )
    follow_adjustments(entry, actor=actor, at=now)
    held.change()
    audit.record(actor, "resource.approved", held, number=entry.number)
    return entry


@transaction.atomic
def review_resource(resource: Resource, *, actor: Actor) -> Entry:
    """The authority finds the version in order; neither submitter nor head may be its reviewer."""
    require(actor, Perm.RESOURCE_REVIEW, resource.department_id)
    held = hold(resource)
    entry = in_progress(held)
    _require_outsider(actor, entry)
    ENTRY.move(entry, "review", reviewed_by=actor.id)
    held.change()
    audit.record(actor, "resource.reviewed", held, number=entry.number)
    return entry


@transaction.atomic
def publish_resource(resource: Resource, *, actor: Actor) -> Entry:
    """Put the version in force in place of the former one; the first one gives the code.

    Further places of the resource that have no code yet get theirs with it.
    """
    require(actor, Perm.RESOURCE_PUBLISH, resource.department_id)
    held = hold(resource)
    entry = in_progress(held)
    _require_outsider(actor, entry)
    former = held.entries.filter(state="published").first()
    if former is not None:
        ENTRY.move(former, "supersede")
    now = timezone.now()
    ENTRY.move(entry, "publish", published_by=actor.id, published_at=now)
    meet_obligation("C2", entry, actor=actor, at=now)
    held.change(published=entry, code=_give_codes(held))
    indexing.refresh([held.pk])
    audit.record(actor, "resource.published", held, number=entry.number, code=held.code)
    return entry


@transaction.atomic
def return_resource(resource: Resource, *, actor: Actor, reason: str) -> Entry:
    """Send the version back to its writers; the authority's clock stops with its answer."""
    held = hold(resource)
    entry = in_progress(held)
    require(actor, _TURN.get(entry.state, Perm.RESOURCE_APPROVE), held.department_id)
    ENTRY.move(entry, "return", return_reason=reason)
    meet_obligation("C2", entry, actor=actor)
    held.change()
    audit.record(actor, "resource.returned", held, number=entry.number)
    return entry


def _require_outsider(actor: Actor, entry: Entry) -> None:
    require_another(actor, entry.submitted_by)
    require_another(actor, entry.approved_by)


def _authority_department_id() -> UUID:
    """The department that is the sharing authority; of several, the one registered first."""
    member = (
        Member.objects.active()
        .filter(roles__contains=[Role.AUTHORITY])
        .order_by("department__created_at", "department_id")
        .first()
    )
    if member is None:
        raise NoAuthority("give a member of the authority its role first")
    department_id: UUID = member.department_id
    return department_id


def _give_codes(resource: Resource) -> str:
    """The resource's code, new ones for it and for its further places where they have none."""
    places = list(resource.placements.filter(code__isnull=True))
    wanted = {place.category_id: 1 for place in places}
    if resource.code is None:
        wanted[resource.category_id] = 1
    given = take_codes(wanted)
    for place in places:
        place.change(code=given[place.category_id][0])
    return resource.code or given[resource.category_id][0]
