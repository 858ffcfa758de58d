"""Forms of a demand and of its steps; what they check is a form's, the rules are the action's."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Department
from accounts.portal.choices import DepartmentField
from accounts.portal.forms import PortalForm
from catalog.demandrules import ANSWER_WORKDAYS, LEAST_WORKDAYS, MOST_WORKDAYS, WAITING
from catalog.models import Demand, Resource
from catalog.portal.demand_words import FIELD_ERRORS
from kernel.errors import Invalid

MOST_WANTED, LONGEST_WANTED = 100, 120


class DemandForm(PortalForm):
    """Base of the forms about demands."""

    refusals = FIELD_ERRORS


def _text(label: Any, *, length: int = 400, hint: Any = "", required: bool = True) -> Any:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label, max_length=length, help_text=hint, required=required, widget=widget
    )


class SubmitForm(DemandForm):
    """A need that no entry answers."""

    title = forms.CharField(
        label=_("What data you need"),
        max_length=120,
        help_text=_("As a name of data: registrations of migrant workers, for example."),
    )
    description = _text(_("Describe it"), length=1000)
    wanted_items = _text(
        _("Items wanted"), length=13000, hint=_("One in each line."), required=False
    )
    basis = _text(_("Basis of use"), hint=_("The law, regulation or duty that you act under."))
    scenario = _text(_("Scenario of use"), hint=_("The business in which the data will be used."))
    needed_by = forms.DateField(
        label=_("Needed by"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_wanted_items(self) -> list[str]:
        """The lines, each an item's name."""
        lines = [line.strip() for line in self.cleaned_data["wanted_items"].splitlines()]
        named = [line for line in lines if line]
        if len(named) > MOST_WANTED:
            raise forms.ValidationError(_("Name at most 100 items."))
        if any(len(line) > LONGEST_WANTED for line in named):
            raise forms.ValidationError(_("Write at most 120 characters in a line."))
        return named


class RouteForm(DemandForm):
    """Whose duty it is, and the term to answer."""

    department = DepartmentField(label=_("Department that has to answer"))
    reason = _text(_("Reason"), hint=_("The duty that it falls under."))
    workdays = forms.IntegerField(
        label=_("Workdays to answer"),
        initial=ANSWER_WORKDAYS,
        min_value=LEAST_WORKDAYS,
        max_value=MOST_WORKDAYS,
        help_text=_("An internal limit; the law names none."),
    )

    def prepare(self) -> None:
        """All departments but the one that asks."""
        rows = Department.objects.filter(is_active=True).exclude(pk=self.row.department_id)
        _choices(self, "department", rows.order_by("name"))


class RerouteForm(RouteForm):
    """Who answers anew."""


class MergeForm(DemandForm):
    """The demand that asks for the same."""

    into = forms.ModelChoiceField(
        label=_("Demand that asks for the same"), queryset=Demand.objects.none()
    )

    def prepare(self) -> None:
        """The other demands that wait."""
        rows = Demand.objects.filter(state__in=WAITING).exclude(pk=self.row.pk)
        _choices(self, "into", rows.order_by("title"))


class OfferForm(DemandForm):
    """The entry that answers it, by its code."""

    resource = forms.CharField(
        label=_("Code of the entry"),
        max_length=60,
        help_text=_("An entry of your department that is in force, such as 307024/1."),
    )
    reason = _text(_("Remark"), required=False)

    def clean_resource(self) -> Resource:
        """The entry of this code."""
        rows = Resource.objects.visible_to(cast(Actor, self.actor)).select_related("published")
        found = rows.filter(code=self.cleaned_data["resource"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("There is no entry with this code."))
        return found


class RefuseForm(DemandForm):
    """Why not, and what it rests on."""

    reason = _text(_("Reason"))
    legal_basis = _text(
        _("Legal basis"), hint=_("The law, regulation or State Council decision with its article.")
    )


class DisputeForm(DemandForm):
    """What is wrong with the answer."""

    reason = _text(_("Reason"))


class SettleForm(DemandForm):
    """The authority's word."""

    settlement = _text(_("Ruling"))


def _choices(form: PortalForm, name: str, rows: Any) -> None:
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise Invalid(f"{name} offers no rows")
    field.queryset = rows
