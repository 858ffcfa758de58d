"""The steps in the life of a system and of its filing, as forms on its page."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actions.filings import accept_filing, return_filing, submit_filing
from accounts.actions.systems import (
    commission_system,
    construct_system,
    keep_system,
    merge_system,
    resume_system,
    retire_system,
    suspend_system,
    try_system,
)
from accounts.filing import filing_faults
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.portal import words
from accounts.portal.forms import PlainForm, PortalForm, ReasonForm
from accounts.portal.steps import Step
from accounts.register.versions import values_of
from accounts.states import FILING, MERGEABLE_INTO, SYSTEM
from kernel.widgets import NamedField

# Step -> move of the filing.
_FILING = {"file": "submit", "accept": "accept", "return": "return"}


class MoveForm(PortalForm):
    """Why a step is taken, and the paper behind it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    document = forms.CharField(
        label=_("Number of the paper"),
        max_length=120,
        required=False,
        help_text=_("The approval that this step rests on, if there is one."),
    )


class MergeForm(MoveForm):
    """Into which system it is merged."""

    refusals = words.FIELD_ERRORS
    into = NamedField(
        label=_("Merge into"), queryset=InformationSystem.objects.none(), empty_label=_("Choose")
    )
    field_order = ("into", "reason", "document")

    def prepare(self) -> None:
        """One of the department's own systems that run."""
        field = self.fields["into"]
        if isinstance(field, forms.ModelChoiceField) and self.actor:
            rows: Any = InformationSystem.objects.visible_to(self.actor)
            near = rows.filter(department=self.row.department_id, state__in=MERGEABLE_INTO)
            field.queryset = near.exclude(pk=self.row.pk).order_by("name")


class FileForm(PortalForm):
    """Why no similar system serves."""

    reason = forms.CharField(
        label=_("Why none of the similar systems serves"),
        max_length=400,
        required=False,
        help_text=_("Needed for a new system where others do the same already."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _owner(row: InformationSystem) -> UUID:
    return row.department_id


def _move(verb: str, deed: Callable[..., Any], question: Any = "") -> Step:
    form = MergeForm if verb == "merge" else MoveForm
    title, done = words.SYSTEM_STEPS[verb]
    return Step(deed, form, (Perm.SYSTEM_CHANGE,), title, done, _owner, question)


STEPS = {
    "file": Step(submit_filing, FileForm, (Perm.SYSTEM_FILE,), *words.SYSTEM_STEPS["file"], _owner),
    "accept": Step(accept_filing, PlainForm, (Perm.SYSTEM_ACCEPT,), *words.SYSTEM_STEPS["accept"]),
    "return": Step(return_filing, ReasonForm, (Perm.SYSTEM_ACCEPT,), *words.SYSTEM_STEPS["return"]),
    "construct": _move("construct", construct_system),
    "try": _move("try", try_system),
    "commission": _move("commission", commission_system),
    "suspend": _move("suspend", suspend_system),
    "resume": _move("resume", resume_system),
    "merge": _move("merge", merge_system),
    "keep": _move("keep", keep_system),
    "retire": _move(
        "retire",
        retire_system,
        _("Take the system out of service for good? Its keys open nothing any more."),
    ),
}


def is_possible(row: InformationSystem, verb: str) -> bool:
    """Whether the system's states allow the step now; nothing incomplete is filed."""
    if verb in _FILING:
        allowed = FILING.allows(row.filing_state, _FILING[verb])
        return allowed and not (verb == "file" and filing_faults(values_of(row)))
    return SYSTEM.allows(row.state, verb)
