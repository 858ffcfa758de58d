"""What can be done with a grant, by whom and when."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.portal.forms import PlainForm, ReasonForm
from accounts.portal.steps import Step
from exchange.actions.grants import (
    certify_grant,
    dispose_grant,
    finish_grant,
    rectify_grant,
    resume_grant,
    revoke_grant,
    suspend_grant,
)
from exchange.models import Grant
from exchange.portal.request_forms import SharingForm, day, line, text
from exchange.states import GRANT, GRANT_RUNNING


class SuspendForm(SharingForm):
    """Why the right stops, and until when its holder puts right what was wrong."""

    reason = text(_("What is wrong"))
    rectify_by = day(
        _("To be put right by"), required=False, hint=_("Empty: ten workdays from today.")
    )


class RectifyForm(SharingForm):
    """What was put right."""

    rectification = text(_("What was put right"))


class FinishForm(SharingForm):
    """Why the right is needed no more."""

    reason = text(_("Reason"), required=False, hint=_("Empty: the purpose is achieved."))


class DisposeForm(SharingForm):
    """How and where what was received was disposed of."""

    method = line(_("How it was disposed of"), hint=_("For example: overwritten, backups too."))
    systems = text(_("Where it had been kept"), 4000, hint=_("One system a line."))
    statement = text(_("Statement"), 1000)
    document = line(_("Number of the document"), required=False)

    def clean_systems(self) -> list[str]:
        """One name a line."""
        return lines_of(self.cleaned_data["systems"], _("Each name has at most 120 characters."))


def lines_of(written: str, refusal: Any, most: int = 120) -> list[str]:
    """The lines that say something, each once."""
    found = list(dict.fromkeys(part.strip() for part in written.splitlines() if part.strip()))
    if any(len(part) > most for part in found):
        raise forms.ValidationError(refusal)
    return found


def _holder(row: Grant) -> UUID:
    return row.department_id


def _provider(row: Grant) -> UUID:
    return row.provider_id


STEPS = {
    "certify": Step(
        certify_grant,
        PlainForm,
        (Perm.GRANT_CERTIFY,),
        _("Certify that it is still needed"),
        _("Certified for another year, or to the end of its term."),
        _holder,
    ),
    "rectify": Step(
        rectify_grant,
        RectifyForm,
        (Perm.GRANT_RECTIFY,),
        _("Say what was put right"),
        _("The provider has been told; it resumes the right or ends it."),
        _holder,
    ),
    "dispose": Step(
        dispose_grant,
        DisposeForm,
        (Perm.GRANT_DISPOSE,),
        _("Certify the disposal"),
        _("The certificate of disposal has been made out."),
        _holder,
        _("Certify this? The certificate cannot be changed afterwards."),
    ),
    "resume": Step(
        resume_grant,
        ReasonForm,
        (Perm.GRANT_SUSPEND,),
        _("Put in force again"),
        _("The right is in force again."),
        _provider,
    ),
    "suspend": Step(
        suspend_grant,
        SuspendForm,
        (Perm.GRANT_SUSPEND,),
        _("Suspend"),
        _("The right is suspended; its holder has been told."),
        _provider,
        _("Suspend this right? Every exchange under it stops at once."),
    ),
    "finish": Step(
        finish_grant,
        FinishForm,
        (Perm.GRANT_DISPOSE,),
        _("End it: the purpose is achieved"),
        _("The right has ended; what was received is to be disposed of."),
        _holder,
        _("End this right? It cannot be taken back."),
    ),
    "revoke": Step(
        revoke_grant,
        ReasonForm,
        (Perm.GRANT_REVOKE,),
        _("Revoke"),
        _("The right has been revoked with all its subscriptions."),
        _provider,
        _("Revoke this right? It cannot be taken back."),
    ),
}


def is_offered(row: Grant, actor: Actor, verb: str) -> bool:
    """Whether the step can be taken in this state."""
    if verb == "certify":
        return (
            row.state in GRANT_RUNNING
            and row.certify_by is not None
            and row.certify_by < row.ends_on
        )
    return GRANT.allows(row.state, verb)
