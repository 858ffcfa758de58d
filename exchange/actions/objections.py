"""Objections: what one department says is wrong, and what the other found (校核, Art. 26).

Content stands under the statutory clock C6 from the day it is submitted, the four other kinds under
the platform's own (N1). Nothing waits for the outcome: the data goes on flowing meanwhile.
"""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.attachments import MOST_BYTES, clean_name
from accounts.actions.notices import notify_department
from accounts.actions.obligations import cancel_obligation, meet_obligation, open_obligation
from accounts.actor import Actor
from accounts.documents import EXTENSIONS, media_type_of
from accounts.errors import AttachmentRefused, AttachmentTooLarge
from accounts.permissions import Perm
from accounts.policy import require
from catalog.models import Resource
from exchange import faults
from exchange.actions.tellings import OFFICE
from exchange.errors import CorrectionUnfounded, ItemNotGranted, NothingAttached
from exchange.models import Batch, Dataset, Grant, Objection
from exchange.states import OBJECTION, OBJECTION_OPEN
from exchange.storage import hold_blobs, store_of
from exchange.tables import current_schema
from exchange.values import key_values, stored_value
from exchange.vocabulary import ObjectionKind, ObjectionOutcome
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.texts import Text

# The titles of the notices, which their verbs give: named here to be translated.
TITLES = (
    gettext_noop("Objection closed"),
    gettext_noop("Objection received"),
    gettext_noop("Objection resolved"),
    gettext_noop("Objection submitted"),
    gettext_noop("Objection withdrawn"),
)

MOST_CLAIMS = 100
_CORRECTED = (ObjectionOutcome.CORRECTED, ObjectionOutcome.PARTLY_CORRECTED)


@transaction.atomic
def submit_objection(
    resource: Resource,
    *,
    actor: Actor,
    kind: str,
    description: str,
    grant: Grant | None = None,
    claims: Sequence[dict[str, Any]] = (),
) -> Objection:
    """Say what is wrong with data, catalogue, right, service or use; the other side's clock starts.

    Misuse is the provider's to say, of a grant that it gave; the others are said to the provider.
    ``claims`` name records of the own grant: {"key": {item: value}, "item": name, "found": value,
    "claimed": value}. They are for the eyes of the two sides.
    """
    require(actor, Perm.OBJECTION_SUBMIT)
    respondent = _respondent(resource, kind, grant, actor)
    if claims:
        _check_claims(resource, kind, grant, claims)
    objection = Objection.objects.create(
        kind=kind,
        resource=resource,
        grant=grant,
        department_id=cast(UUID, actor.department_id),
        respondent_id=respondent,
        description=description,
        claims=list(claims),
        submitted_by=cast(UUID, actor.id),
    )
    clock = open_obligation(
        _clock(objection),
        objection,
        actor=actor,
        department_id=respondent,
        counterpart_id=objection.department_id,
    )
    audit.record(actor, "objection.submitted", objection, kind=kind, resource=str(resource.pk))
    _tell(
        objection,
        respondent,
        actor,
        "objection.submitted",
        gettext_noop("Another department objects; your department verifies and answers."),
        due_on=clock.due_on.isoformat(),
    )
    return objection


def attach_evidence(
    objection: Objection, *, actor: Actor, file_name: str, content: bytes
) -> Objection:
    """Add the document that shows it, of at most 10 MiB, once, while the objection is open.

    Its kind is told by its bytes, and its name must end as that kind does.
    """
    require(actor, Perm.OBJECTION_SUBMIT, objection.department_id)
    if len(content) > MOST_BYTES:
        raise AttachmentTooLarge(
            Text("at most {most} bytes are kept", most=MOST_BYTES), limit=MOST_BYTES
        )
    name = clean_name(file_name)[-120:]
    media_type = media_type_of(content)
    if media_type is None or not name.lower().endswith(EXTENSIONS[media_type]):
        raise AttachmentRefused("the bytes are of no kind that is kept, or the name says another")
    _require_no_evidence(objection)
    blob = faults.guarded(lambda: _keep(content, objection.resource_id))
    with transaction.atomic():
        locked = Objection.objects.select_for_update(no_key=True).get(pk=objection.pk)
        _require_no_evidence(locked)
        hold_blobs(blob.digest)
        objection.change(evidence_name=name, evidence_digest=blob.digest, evidence_size=blob.size)
        audit.record(
            actor, "objection.evidence_attached", objection, digest=blob.digest, size=blob.size
        )
    return objection


@transaction.atomic
def receive_objection(objection: Objection, *, actor: Actor) -> Objection:
    """The other side takes it on; its clock has been running since it was submitted."""
    require(actor, Perm.OBJECTION_RESOLVE, objection.respondent_id)
    OBJECTION.move(objection, "receive", received_at=timezone.now())
    audit.record(actor, "objection.received", objection)
    _tell(
        objection,
        objection.department_id,
        actor,
        "objection.received",
        gettext_noop("The other side verifies what your department objects to."),
    )
    return objection


@transaction.atomic
def resolve_objection(
    objection: Objection, *, actor: Actor, outcome: str, feedback: str, batch: Batch | None = None
) -> Objection:
    """What the verification found, fed back to who objected; the clock stops.

    What was corrected names the batch that carries the correction: the one of correct_records, or
    another that was published since. CorrectionUnfounded where the outcome does not fit.
    """
    require(actor, Perm.OBJECTION_RESOLVE, objection.respondent_id)
    OBJECTION.check(objection, "resolve")
    objection.refresh_from_db(fields=["batch"])
    batch = batch or objection.batch
    _check_outcome(objection, outcome, batch)
    OBJECTION.move(
        objection,
        "resolve",
        resolved_by=actor.id,
        resolved_at=timezone.now(),
        outcome=outcome,
        feedback=feedback,
        batch=batch,
    )
    meet_obligation(_clock(objection), objection, actor=actor, at=objection.resolved_at)
    corrected = {"batch": str(batch.pk), "number": batch.number} if batch else {}
    audit.record(actor, "objection.resolved", objection, outcome=outcome, **corrected)
    _tell(
        objection,
        objection.department_id,
        actor,
        "objection.resolved",
        gettext_noop("The other side has answered your department's objection."),
        outcome=outcome,
    )
    return objection


@transaction.atomic
def close_objection(objection: Objection, *, actor: Actor, rating: int) -> Objection:
    """Who objected takes note of the answer and rates it, 1 to 5 (评价)."""
    require(actor, Perm.OBJECTION_SUBMIT, objection.department_id)
    if not 1 <= rating <= 5:
        raise Invalid.field("rating", "must be 1 to 5")
    OBJECTION.move(objection, "close", rating=rating)
    audit.record(actor, "objection.closed", objection, rating=rating)
    _tell(
        objection,
        objection.respondent_id,
        actor,
        "objection.closed",
        gettext_noop("Your department's answer to an objection has been taken note of."),
        rating=rating,
    )
    return objection


@transaction.atomic
def withdraw_objection(objection: Objection, *, actor: Actor) -> Objection:
    """Who objected takes it back before an answer."""
    require(actor, Perm.OBJECTION_SUBMIT, objection.department_id)
    OBJECTION.move(objection, "withdraw")
    cancel_obligation(_clock(objection), objection, actor=actor)
    audit.record(actor, "objection.withdrawn", objection)
    _tell(
        objection,
        objection.respondent_id,
        actor,
        "objection.withdrawn",
        gettext_noop("Your department owes no answer to this objection any more."),
    )
    return objection


def _clock(objection: Objection) -> str:
    return "C6" if objection.kind == ObjectionKind.CONTENT else "N1"


def _respondent(resource: Resource, kind: str, grant: Grant | None, actor: Actor) -> UUID:
    """Who answers; Forbidden or Invalid where this department cannot say such a thing."""
    if grant is not None and grant.resource_id != resource.pk:
        raise Invalid.field("grant", "is of another resource")
    if kind == ObjectionKind.MISUSE:
        if grant is None:
            raise Invalid.field("grant", "name the grant that is misused", "required")
        require(actor, Perm.OBJECTION_SUBMIT, grant.provider_id)
        return grant.department_id
    if grant is not None:
        require(actor, Perm.OBJECTION_SUBMIT, grant.department_id)
    if actor.department_id == resource.department_id:
        raise Forbidden("your department provides this resource: it corrects without an objection")
    return resource.department_id


def _check_claims(
    resource: Resource, kind: str, grant: Grant | None, claims: Sequence[dict[str, Any]]
) -> None:
    if kind != ObjectionKind.CONTENT or grant is None:
        raise Invalid.field("claims", "are of content, under the grant that showed the records")
    if len(claims) > MOST_CLAIMS:
        raise Invalid.field("claims", Text("at most {most}", most=MOST_CLAIMS), "too-many")
    dataset = Dataset.objects.select_related("schema").filter(resource=resource).first()
    if dataset is None:
        raise NothingAttached()
    schema, known = current_schema(dataset), {*grant.items, *grant.verify_items}
    for place, claim in enumerate(claims):
        where = f"claims/{place}"
        key_values(schema, claim["key"], f"{where}/key")
        if claim["item"] not in known & set(schema.names):
            raise ItemNotGranted.field(
                f"{where}/item", "is not in the grant under which it was seen", "item-not-granted"
            )
        # What was found may be as a mask showed it; what is claimed is a value of the item.
        stored_value(schema, claim["item"], claim["claimed"], f"{where}/claimed")


def _check_outcome(objection: Objection, outcome: str, batch: Batch | None) -> None:
    corrected, content = outcome in _CORRECTED, objection.kind == ObjectionKind.CONTENT
    if outcome != ObjectionOutcome.UNFOUNDED and corrected != content:
        fitting = "corrected, partly_corrected" if content else "remedied"
        raise CorrectionUnfounded.field(
            "outcome", Text("of this kind: {known} or unfounded", known=fitting)
        )
    if corrected != (batch is not None):
        raise CorrectionUnfounded.field(
            "batch", "name the batch that corrects it" if corrected else "nothing was corrected"
        )
    if batch is not None and not _corrects(batch, objection):
        raise CorrectionUnfounded.field(
            "batch", "must be one of this resource's, published since the objection"
        )


def _corrects(batch: Batch, objection: Objection) -> bool:
    same = batch.dataset.resource_id == objection.resource_id
    return same and batch.created_at > objection.created_at


def _require_no_evidence(objection: Objection) -> None:
    if objection.state not in OBJECTION_OPEN:
        raise Conflict(Text("it is {state}", state=objection.state), state=objection.state)
    if objection.evidence_digest:
        raise Conflict("its evidence has been attached already")


def _keep(content: bytes, resource_id: UUID) -> Any:
    place = store_of(resource_id)
    with place.stage() as staged:
        staged.write_bytes(content)
        return place.commit(staged)


def _tell(
    objection: Objection, department_id: UUID, actor: Actor, verb: str, reason: str, **facts: Any
) -> None:
    notify_department(
        objection,
        actor=actor,
        department_id=department_id,
        roles=OFFICE,
        verb=verb,
        reason=reason,
        resource=str(objection.resource),
        kind=objection.kind,
        **facts,
    )
