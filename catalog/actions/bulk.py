"""One step for many resources: each row a transaction of its own, with an outcome of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, require
from catalog.actions.resources import submit_resource
from catalog.actions.reviews import (
    approve_resource,
    publish_resource,
    return_resource,
    review_resource,
)
from catalog.models import Entry, Resource
from kernel.errors import DomainError, NotFound

MOST_ROWS = 200


@dataclass(frozen=True)
class Step:
    """A verb of the table: the permissions of which it needs one, and what it does to one row."""

    perms: tuple[Perm, ...]
    take: Callable[..., Entry]


STEPS = {
    "submit": Step((Perm.RESOURCE_SUBMIT,), submit_resource),
    "approve": Step((Perm.RESOURCE_APPROVE,), approve_resource),
    "review": Step((Perm.RESOURCE_REVIEW,), review_resource),
    "publish": Step((Perm.RESOURCE_PUBLISH,), publish_resource),
    "return": Step(
        (Perm.RESOURCE_APPROVE, Perm.RESOURCE_REVIEW, Perm.RESOURCE_PUBLISH), return_resource
    ),
}


@dataclass(frozen=True)
class Outcome:
    """What became of one row: the version after its step, or why it was refused."""

    resource_id: UUID
    entry: Entry | None = None
    refusal: DomainError | None = None


def step_resources(
    verb: str, ids: Sequence[UUID], *, actor: Actor, **given: str
) -> Iterator[Outcome]:
    """Take one step of STEPS with each resource, in the order of ``ids``; an outcome for each.

    A refused row changes nothing and keeps no other from its step. ``given`` goes to each step
    (``reason`` for a return). Forbidden, before any row, if the actor may take it nowhere.
    """
    step = STEPS[verb]
    require(actor, next((perm for perm in step.perms if may(actor, perm)), step.perms[0]))
    return _each(step, ids, actor, given)


def _each(
    step: Step, ids: Sequence[UUID], actor: Actor, given: dict[str, str]
) -> Iterator[Outcome]:
    rows = Resource.objects.visible_to(actor).in_bulk(list(ids))
    for key in ids:
        try:
            if key not in rows:
                raise NotFound("there is no such resource")
            yield Outcome(key, entry=step.take(rows[key], actor=actor, **given))
        except DomainError as refusal:
            yield Outcome(key, refusal=refusal)
