"""What can be done with a sharing request, by whom and when."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.forms import PlainForm, ReasonForm
from accounts.portal.steps import Step
from exchange.actions.answers import (
    ask_request,
    consent_request,
    receive_request,
    refuse_request,
    return_answer,
)
from exchange.actions.requests import (
    agree_request,
    decline_request,
    name_template,
    supplement_request,
    withdraw_request,
)
from exchange.models import SharingRequest
from exchange.portal.request_forms import MissingForm, NameForm, SupplementForm
from exchange.states import REQUEST


def _requester(row: SharingRequest) -> UUID:
    return row.department_id


def _provider(row: SharingRequest) -> UUID:
    return row.provider_id


STEPS = {
    "agree": Step(
        agree_request,
        PlainForm,
        (Perm.REQUEST_AGREE,),
        _("Agree and send to the provider"),
        _("The provider has it now; its time limit runs."),
        _requester,
    ),
    "decline": Step(
        decline_request,
        ReasonForm,
        (Perm.REQUEST_AGREE,),
        _("Do not let it out"),
        _("The request stays in your department."),
        _requester,
    ),
    "receive": Step(
        receive_request,
        PlainForm,
        (Perm.REQUEST_PREPARE,),
        _("Take it on"),
        _("The requester knows that you work on it."),
        _provider,
    ),
    "consent": Step(
        consent_request,
        PlainForm,
        (Perm.REQUEST_ANSWER,),
        _("Sign the consent"),
        _("Consented. The data is to be shared within the time limit."),
        _provider,
        _("Sign this consent? It takes effect at once."),
    ),
    "refuse": Step(
        refuse_request,
        PlainForm,
        (Perm.REQUEST_ANSWER,),
        _("Sign the refusal"),
        _("The refusal has been sent with its reasons."),
        _provider,
        _("Sign this refusal? It takes effect at once."),
    ),
    "return": Step(
        return_answer,
        ReasonForm,
        (Perm.REQUEST_ANSWER,),
        _("Return the prepared answer"),
        _("The steward prepares another answer."),
        _provider,
    ),
    "ask": Step(
        ask_request,
        MissingForm,
        (Perm.REQUEST_PREPARE,),
        _("Ask for what is missing"),
        _("The requester has been told what is missing."),
        _provider,
    ),
    "supplement": Step(
        supplement_request,
        SupplementForm,
        (Perm.REQUEST_SUBMIT,),
        _("Give what was missing"),
        _("The provider has it now."),
        _requester,
    ),
    "name_template": Step(
        name_template,
        NameForm,
        (Perm.REQUEST_SUBMIT,),
        _("Keep as a pattern"),
        _("The name of the pattern has been kept."),
        _requester,
    ),
    "withdraw": Step(
        withdraw_request,
        PlainForm,
        (Perm.REQUEST_SUBMIT,),
        _("Take the request back"),
        _("The request has been taken back."),
        _requester,
        _("Take this request back?"),
    ),
}
# Steps that somebody waits for: they are open on the page, the others closed.
AWAITED = ("agree", "receive", "consent", "refuse", "supplement")
# Steps that nobody waits for: they stand at the end of the page.
LATER = ("name_template", "withdraw")
# What else a step needs than the state: a consent is signed where one was prepared.
_PREPARED = {"consent": True, "refuse": False}


def is_offered(row: SharingRequest, actor: Actor, verb: str) -> bool:
    """Whether the step can be taken now by this person, as far as state and persons decide."""
    if verb == "name_template":
        return True
    if not REQUEST.allows(row.state, verb):
        return False
    if verb in _PREPARED:
        fits = row.answer.get("consent") is _PREPARED[verb]
        return fits and actor.id not in (row.submitted_by, row.agreed_by, row.prepared_by)
    if verb == "ask":
        return row.asked_at is None
    return not (verb == "agree" and actor.id == row.submitted_by)


def prepares(row: SharingRequest, actor: Actor) -> bool:
    """Whether this person can prepare the answer now."""
    allowed = REQUEST.allows(row.state, "prepare") and actor.id != row.submitted_by
    return allowed and may(actor, Perm.REQUEST_PREPARE, row.provider_id)


def next_step(row: SharingRequest, actor: Actor) -> Any:
    """What this person does next with the request; nothing if it waits for others."""
    if prepares(row, actor):
        return _("Prepare the answer")
    for verb in AWAITED:
        step = STEPS[verb]
        if is_offered(row, actor, verb) and step.is_for(actor, row):
            return step.title
    return ""
