"""One objection in the portal: what is said, what was found, and the steps of both sides."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.models import Obligation
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.forms import PlainForm
from accounts.portal.listing import reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from exchange import faults
from exchange.actions.corrections import correct_records
from exchange.actions.objections import (
    attach_evidence,
    close_objection,
    receive_objection,
    resolve_objection,
    withdraw_objection,
)
from exchange.models import Objection
from exchange.portal import sharing_words as words
from exchange.portal.deadlines import deadlines
from exchange.portal.objection_forms import (
    CloseForm,
    CorrectForm,
    EvidenceForm,
    ResolveForm,
)
from exchange.portal.objections import name_of
from exchange.portal.stories import Told, story
from exchange.seeing import sees_records
from exchange.states import OBJECTION, OBJECTION_OPEN
from exchange.storage import store
from kernel.errors import Forbidden, NotFound
from kernel.pages import page
from kernel.rows import fetch


def _objector(row: Objection) -> UUID:
    return row.department_id


def _respondent(row: Objection) -> UUID:
    return row.respondent_id


STEPS = {
    "receive": Step(
        receive_objection,
        PlainForm,
        (Perm.OBJECTION_RESOLVE,),
        _("Take it on"),
        _("The other side knows that you verify it."),
        _respondent,
    ),
    "correct": Step(
        correct_records,
        CorrectForm,
        (Perm.BATCH_PUBLISH,),
        _("Correct the records"),
        _("The correction has been published to everybody who receives the data."),
        _respondent,
    ),
    "resolve": Step(
        resolve_objection,
        ResolveForm,
        (Perm.OBJECTION_RESOLVE,),
        _("Answer with what was found"),
        _("The other side has your answer; the clock has stopped."),
        _respondent,
    ),
    "attach": Step(
        attach_evidence,
        EvidenceForm,
        (Perm.OBJECTION_SUBMIT,),
        _("Add a document that shows it"),
        _("The document has been added."),
        _objector,
    ),
    "close": Step(
        close_objection,
        CloseForm,
        (Perm.OBJECTION_SUBMIT,),
        _("Take note of the answer"),
        _("The objection is closed."),
        _objector,
    ),
    "withdraw": Step(
        withdraw_objection,
        PlainForm,
        (Perm.OBJECTION_SUBMIT,),
        _("Take the objection back"),
        _("The objection has been taken back."),
        _objector,
        _("Take this objection back?"),
    ),
}


@require_GET
@signed_in
def objection_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One objection with its claims, its story, and what this person can do."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def objection_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="objection", pk=pk)


@require_GET
@signed_in
def objection_evidence(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The document that shows it, to be saved and not shown."""
    found = _found(request, pk)
    if not sees_records(found, request.actor):  # type: ignore[attr-defined]
        raise Forbidden("it is for the two sides, and for who decides a dispute about it")
    if not found.evidence_digest:
        raise NotFound()
    content = faults.guarded(lambda: store().read(found.evidence_digest))
    answer = HttpResponse(content, content_type="application/octet-stream")
    name = content_disposition_header(True, found.evidence_name)
    answer.headers["Content-Disposition"] = name or "attachment"
    return answer


def _found(request: HttpRequest, pk: UUID) -> Objection:
    rows = Objection.objects.visible_to(reader(request, Perm.REQUEST_VIEW))
    related = ("resource__published", "department", "respondent", "grant", "batch")
    return fetch(rows.select_related(*related).prefetch_related("disputes"), pk)


def _shown(request: HttpRequest, row: Objection, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    clocks = Obligation.objects.filter(subject_id=row.pk).exclude(state="cancelled")
    sides = (row.department_id, row.respondent_id)
    context = {
        "row": row,
        "name": name_of(row.resource),
        "state": words.OBJECTION_STATES[row.state],
        "kind": words.OBJECTION_KINDS[row.kind],
        "outcome": words.OBJECTION_OUTCOMES.get(row.outcome),
        **sent.context(row, actor, STEPS, lambda name: _is_offered(row, name)),
        "sees": sees_records(row, actor),
        "clocks": deadlines(clocks),
        "events": story(_told(row), actor),
        "disputes": row.disputes.all(),
        "may_dispute": may(actor, Perm.DISPUTE_OPEN)
        and actor.department_id in sides
        and row.state not in ("withdrawn", "closed"),
    }
    return page(request, "exchange/sharing/objection.html", context, status=sent.status)


def _is_offered(row: Objection, verb: str) -> bool:
    if verb == "attach":
        return row.state in OBJECTION_OPEN and not row.evidence_digest
    if verb == "correct":
        return row.state == "received" and row.kind == "content" and row.batch_id is None
    return OBJECTION.allows(row.state, verb)


def _told(row: Objection) -> list[Told]:
    objector, respondent = row.department, row.respondent
    told = [
        Told(row.created_at, _("Submitted"), objector, row.submitted_by),
        Told(row.received_at, _("Taken on"), respondent),
        Told(row.resolved_at, _("Answered"), respondent, row.resolved_by, row.feedback, "good"),
    ]
    if row.state in ("closed", "withdrawn"):
        title = _("Closed") if row.state == "closed" else _("Taken back")
        told.append(Told(row.updated_at, title, objector))
    return told
