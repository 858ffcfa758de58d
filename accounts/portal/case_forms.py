"""Forms of the steps of a zombie case; what they check is a form's, the rules are the action's."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actions.cases import merge_targets
from accounts.actor import Actor
from accounts.dueprocess import ANSWER_WORKDAYS
from accounts.models import InformationSystem, ZombieCase
from accounts.portal import words
from accounts.portal.forms import PortalForm
from accounts.states import MERGEABLE_INTO
from kernel.widgets import NamedField


class StepForm(PortalForm):
    """Base of the forms of one step of a case."""

    refusals = words.FIELD_ERRORS

    def prepare(self) -> None:
        """A case is merged into one of the systems near it."""
        field = self.fields.get("merge_into")
        if isinstance(field, forms.ModelChoiceField) and self.actor:
            field.queryset = _targets(self.row, self.actor)


def _choice(label: Any) -> forms.ChoiceField:
    # Nothing is chosen beforehand: whoever answers or decides says so.
    return forms.ChoiceField(label=label, choices=[("", _("Choose")), *words.ANSWERS])


def _date(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget)


def _text(label: Any, *, required: bool = True, hint: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label, required=required, help_text=hint, max_length=400, widget=widget
    )


def _target(hint: Any) -> forms.ModelChoiceField:
    return NamedField(
        label=_("Merge into"),
        required=False,
        empty_label=_("Choose"),
        help_text=hint,
        queryset=InformationSystem.objects.none(),
    )


class NotifyForm(StepForm):
    """The term to answer."""

    workdays = forms.IntegerField(
        label=_("Workdays to answer"), initial=ANSWER_WORKDAYS, min_value=1, max_value=999
    )


class AnswerForm(StepForm):
    """What the department will do."""

    answer = _choice(_("Answer"))
    reason = _text(_("Reason"), required=False, hint=_("Needed to keep the system."))
    promised_on = _date(_("Done by"), required=False, hint=_("Needed to rectify."))
    merge_into = _target(_("Needed to merge: a system in trial or in operation."))


class DecideForm(StepForm):
    """What the authority decides."""

    decision = _choice(_("Decision"))
    reason = _text(_("Reason"))
    due_on = _date(
        _("Day"),
        hint=_("To be carried out by this day; a kept system is exempt until it, at most a year."),
    )
    merge_into = _target(_("Only to merge into another system than the answer names."))


class CompleteForm(StepForm):
    """What was done."""

    outcome = _text(_("What was done"))
    money_freed = forms.DecimalField(
        label=_("Freed a year (10,000 yuan)"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text=_("Empty: the maintenance cost in the register, if the system is retired."),
    )


class DismissForm(StepForm):
    """Why it is no zombie."""

    reason = _text(_("Reason"))
    exempt_until = _date(_("No new suspicion until"), required=False)


class ReopenForm(StepForm):
    """Why the department is asked again."""

    reason = _text(_("Reason"))
    workdays = forms.IntegerField(
        label=_("Workdays to answer"), initial=ANSWER_WORKDAYS, min_value=1, max_value=999
    )


def _targets(case: ZombieCase, actor: Actor) -> Any:
    """The department's running systems and the one found to do the same: a list one can read."""
    named = [
        case.merge_into_id,
        getattr(getattr(case.system, "verdict", None), "replacement_id", None),
    ]
    near = Q(department=case.department_id) | Q(pk__in=[pk for pk in named if pk])
    return merge_targets(case, actor=actor).filter(near, state__in=MERGEABLE_INTO).order_by("name")
